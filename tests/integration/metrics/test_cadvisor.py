"""prometheus.exporter.cadvisor beside a real dockerd: names, labels and values of its containers."""
import pathlib
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from daemons import missing_for_docker  # noqa: E402
from exposition import scrape  # noqa: E402
from programs import Agent, wait_for  # noqa: E402

CONFIG = """
prometheus.exporter.cadvisor "containers" {{
	docker_host = "{host}"
	docker_only = {docker_only}
{more}
}}
"""
# Holds 16 MiB and works for a while, then waits.
BUSY = "head -c 16777216 /dev/zero > /dev/shm/x; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 1000"


@pytest.fixture
def exporter(tmp_path, dockerd):
    if dockerd is None:
        pytest.fail(missing_for_docker())
    started = []

    def start(docker_only="true", more=""):
        agent = Agent(tmp_path, CONFIG.format(host=dockerd.host, docker_only=docker_only, more=more)).start()
        started.append(agent)
        url = f"http://127.0.0.1:{agent.port}/api/v0/component/prometheus.exporter.cadvisor.containers/metrics"
        return lambda: scrape(url)

    yield start
    for agent in started:
        agent.kill()


def of(text, family, name):
    """{other labels: value} of the samples of one family of the container with this name."""
    found = {}
    for (sample, labels), value in text.samples.items():
        labels = dict(labels)
        if sample == family and labels.get("name") == name:
            found[tuple(sorted((k, v) for k, v in labels.items() if k not in ("id", "name", "image")))] = value
    return found


def one(text, family, name):
    values = list(of(text, family, name).values())
    return values[0] if len(values) == 1 else None


def wait_shown(take, name, shown=True):
    wait_for(f"{name} to be {'there' if shown else 'gone'}",
             lambda: bool(of(take(), "container_last_seen", name)) == shown)


def test_a_container_as_the_kernel_has_it(exporter, dockerd):
    dockerd.container(BUSY, "--name", "busy", "--label", "com.docker.compose.project=athena", "--memory", "64m",
                      "--shm-size", "32m", "--cpus", "0.5", "-e", "ZONE=edge")
    take = exporter(more='\tenv_metadata_allowlist = ["ZONE"]')
    wait_shown(take, "busy")
    wait_for("16 MiB in memory", lambda: (one(take(), "container_memory_usage_bytes", "busy") or 0) > 16 << 20)
    text = take()
    labels = (("container_env_zone", "edge"), ("container_label_com_docker_compose_project", "athena"))
    assert of(text, "container_spec_memory_limit_bytes", "busy") == {labels: 64 << 20}
    assert one(text, "container_spec_cpu_quota", "busy") / one(text, "container_spec_cpu_period", "busy") == 0.5
    assert 0 < one(text, "container_memory_working_set_bytes", "busy") <= one(
        text, "container_memory_usage_bytes", "busy")
    assert one(text, "container_health_state", "busy") == -1
    assert abs(one(text, "container_start_time_seconds", "busy") - time.time()) < 120
    wait_for("CPU time", lambda: sum(of(take(), "container_cpu_usage_seconds_total", "busy").values()) > 0.1)
    shown = [dict(labels) for name, labels in text.samples if name == "container_last_seen"]
    assert {one.get("image") for one in shown if "name" in one} == {"bb:1"}
    assert [one["id"] for one in shown if "name" not in one] == ["/"]
    assert text.samples[("container_scrape_error", ())] == 0
    cores = [value for (name, _), value in text.samples.items() if name == "machine_cpu_cores"]
    assert cores == [int(subprocess.run(["nproc", "--all"], capture_output=True, text=True).stdout)]
    dockerd.run("rm", "-f", "busy")


def test_containers_come_go_and_are_renamed(exporter, dockerd):
    take = exporter()
    dockerd.container("sleep 1000", "--name", "first")
    wait_shown(take, "first")
    dockerd.run("rename", "first", "second")
    wait_shown(take, "second")
    assert not of(take(), "container_last_seen", "first")
    dockerd.run("restart", "-t", "0", "second")
    wait_shown(take, "second")
    dockerd.run("rm", "-f", "second")
    wait_shown(take, "second", False)


def test_a_daemon_that_is_away(exporter, dockerd):
    dockerd.container("sleep 1000", "--name", "stays", "--restart", "always")
    take = exporter()
    wait_shown(take, "stays")
    dockerd.stop()
    wait_for("the error to show", lambda: take().samples[("container_scrape_error", ())] == 1)
    dockerd.start()
    wait_for("the error to go", lambda: take().samples[("container_scrape_error", ())] == 0)
    wait_shown(take, "stays")
    dockerd.run("rm", "-f", "stays")


def test_health_of_a_container(exporter, dockerd):
    dockerd.container("sleep 1000", "--name", "checked", "--health-cmd", "test -e /ok", "--health-interval", "1s",
                      "--health-retries", "1")
    take = exporter()
    wait_for("not healthy", lambda: one(take(), "container_health_state", "checked") == 0)
    dockerd.run("exec", "checked", "touch", "/ok")
    wait_for("healthy", lambda: one(take(), "container_health_state", "checked") == 1)
    dockerd.run("rm", "-f", "checked")


def test_cgroups_of_no_container(exporter, dockerd):
    take = exporter(docker_only="false")
    ids = {dict(labels)["id"] for name, labels in take().samples if name == "container_last_seen"}
    assert "/" in ids and len(ids) > 1


def test_the_network_is_that_of_the_container(exporter, dockerd):
    container = dockerd.container("sleep 1000", "--name", "wired")
    pid = str(dockerd.state(container)["Pid"])
    inside = ["nsenter", "-t", pid, "-n", "ip"]
    for command in (["link", "add", "eth0", "type", "veth", "peer", "name", "veth9"],
                    ["addr", "add", "10.9.9.1/24", "dev", "eth0"], ["link", "set", "eth0", "up"],
                    ["link", "set", "veth9", "up"]):
        subprocess.run([*inside, *command], check=True)
    dockerd.run("exec", "wired", "ping", "-c", "1", "-W", "1", "10.9.9.7", check=False)  # Asks by ARP who that is.
    take = exporter()
    wait_shown(take, "wired")
    eth0, veth9 = (("interface", "eth0"),), (("interface", "veth9"),)
    sent = of(take(), "container_network_transmit_packets_total", "wired")
    assert eth0 in sent and veth9 not in sent
    assert sent[eth0] > 0
    dockerd.run("rm", "-f", "wired")
