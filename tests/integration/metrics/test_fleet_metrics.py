"""From telemetry.metrics in host_vars, by cfgc and the agent, to what Debian's Prometheus answers."""
import subprocess

import pytest
import yaml

from daemons import missing_for_docker
from programs import BIN, free_port, wait_for
from prometheus import Application, Prometheus

TEMPLATE = 'fleet.metrics "host" { }\n\nfleet.backends "default" { }\n'


def compiled(folder, variables):
    """The config of host puck with these variables."""
    for name in ("inventory", "host_vars", "templates"):
        (folder / name).mkdir()
    (folder / "inventory" / "hosts.yml").write_text("all: {hosts: {puck: }}\n")
    (folder / "host_vars" / "puck.yml").write_text(yaml.safe_dump(variables))
    (folder / "templates" / "default.river").write_text(TEMPLATE)
    done = subprocess.run([BIN / "cfgc", "compile"], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return (folder / "compiled" / "puck" / "config.river").read_text()


@pytest.fixture
def server(tmp_path):
    with Prometheus(tmp_path) as running:
        yield running


def variables(server, metrics, **more):
    backends = {"loki": {"url": f"http://127.0.0.1:{free_port()}/loki/api/v1/push"}}
    return {"deployment_environment": "lab", **more,
            "telemetry": {"hostname": "puck.lan", "backends": backends,
                          **more.get("telemetry", {}),
                          "metrics": {"remote_write": {"url": server.url}, **metrics}}}


def wait_series(server, selector):
    """The labels of the one series of a selector."""
    found = wait_for(selector, lambda: server.query(selector))
    assert len(found) == 1, found
    return found[0][0]


def test_a_host_with_docker_is_measured_by_default(agent, server, dockerd, tmp_path):
    if dockerd is None:
        pytest.fail(missing_for_docker())
    dockerd.container("sleep 1000", "--name", "kairos", "--label", "com.docker.compose.project=kairos",
                      "--label", "secret.note=x")
    with Application(lambda n: f"# TYPE scrapes_total counter\nscrapes_total {n}\n") as app:
        port = app.address.rpartition(":")[2]
        scrape = [{"job": "kairos", "targets": [f"localhost:{port}"], "interval": "500ms", "labels": {"component": "app"}}]
        config = compiled(tmp_path, variables(
            server, {"interval": "500ms", "scrape": scrape}, services=["docker"],
            telemetry={"docker": {"host": dockerd.host}}))
        agent(config)
        common = {"instance": "puck.lan", "environment": "lab"}
        assert wait_series(server, "node_load1") == {
            "__name__": "node_load1", "job": "integrations/unix", **common}
        assert wait_series(server, 'namedprocess_namegroup_num_procs{groupname="dockerd"}') == {
            "__name__": "namedprocess_namegroup_num_procs", "groupname": "dockerd", "job": "integrations/process",
            **common}
        container = wait_series(server, 'container_memory_usage_bytes{name="kairos"}')
        assert container.pop("id")
        assert container == {
            "__name__": "container_memory_usage_bytes", "name": "kairos", "image": "bb:1",
            "container_label_com_docker_compose_project": "kairos", "job": "integrations/cadvisor", **common}
        assert wait_series(server, "scrapes_total") == {
            "__name__": "scrapes_total", "job": "kairos", "instance": f"puck.lan:{port}", "component": "app",
            "environment": "lab"}
        ups = {"integrations/unix": "1", "integrations/process": "1", "integrations/cadvisor": "1", "kairos": "1"}
        wait_for("all to be up", lambda: {labels["job"]: value for labels, value in server.query("up")} == ups)
        wait_series(server, 'node_scrape_collector_success{collector="vmstat"}')
    dockerd.run("rm", "-f", "kairos")


def test_a_host_that_is_a_container_itself_shows_what_is_its_own(agent, server, tmp_path):
    config = compiled(tmp_path, variables(
        server, {"interval": "500ms", "host": True, "container": True, "processes": ["prometheus"]}))
    agent(config)
    wait_series(server, "node_memory_MemTotal_bytes")
    wait_series(server, 'namedprocess_namegroup_num_procs{groupname="prometheus"}')
    collectors = {labels["collector"] for labels, _ in server.query("node_scrape_collector_success")}
    assert "meminfo" in collectors and not collectors & {"vmstat", "stat", "entropy", "timex", "softnet", "hwmon"}
    groups = {labels["groupname"] for labels, _ in server.query("namedprocess_namegroup_num_procs")}
    assert groups == {"prometheus"}


def test_without_a_backend_nothing_is_measured(tmp_path):
    config = compiled(tmp_path, {"deployment_environment": "lab", "services": ["docker"]})
    assert "prometheus" not in config
