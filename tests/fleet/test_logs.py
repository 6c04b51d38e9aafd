"""Lines of the journal, of Docker's syslog driver and of containers arrive with their labels; a container that
needs the agent's listener is not started without it."""
import json

import pytest

from programs import wait_for

SERVICE_PLAY = """- name: The example service
  hosts: puck
  gather_facts: false
  roles:
    - role: example_compose_service
"""


def remove_service(puck):
    puck.ssh("docker rm -f kairos_app_1; rm -rf /opt/kairos", check=False)


@pytest.mark.essential
def test_each_host_ships_its_journal_and_its_listeners_with_their_labels(agents, fresh, loki):
    for name in agents.fleet.hosts:
        agents.log(name, f"journal of {name}")
        for service, port in (("kairos", 51412), ("gitea", 51424)):
            agents.syslog(name, port, f"{service} of {name}", tag=service)
    for name in agents.fleet.hosts:
        shared = {"hostname": f"{name}.lab", "environment": "test"}
        for text, job in ((f"journal of {name}", "systemd"), (f"kairos of {name}", "kairos"),
                          (f"gitea of {name}", "gitea")):
            labels = loki.wait_line(text)["labels"]
            assert {key: labels.get(key) for key in (*shared, "job")} == {**shared, "job": job}, text


@pytest.mark.essential
def test_the_example_service_by_the_docker_socket(agents, fresh, loki):
    fresh.write("service.yml", SERVICE_PLAY)
    try:
        fresh.play("service.yml").ok()
        again = fresh.play("service.yml").ok()
        assert again.recap["puck"]["changed"] == 0, again.text
        # Discovery looks every 30 s.
        labels = loki.wait_line("kairos works", 60)["labels"]
    finally:
        remove_service(agents.fleet["puck"])
    assert labels["hostname"] == "puck.lab" and labels["environment"] == "test"
    assert labels["service"] == "kairos" and labels["component"] == "app"
    assert labels["container"] == "kairos_app_1"


def test_the_example_service_by_the_syslog_driver(agents, fresh, loki):
    fresh.write("service.yml", SERVICE_PLAY)
    try:
        fresh.play("service.yml", example_compose_service_log_driver="syslog").ok()
        entry = wait_for("a line of the container", lambda: next(
            (x for x in loki.lines() if x["labels"].get("job") == "kairos" and "kairos works" in x["line"]), None))
    finally:
        remove_service(agents.fleet["puck"])
    assert entry["labels"]["hostname"] == "puck.lab" and entry["labels"]["environment"] == "test"


def test_without_its_listener_the_service_fails_early_and_says_why(agents, fresh):
    puck = agents.fleet["puck"]
    fresh.write("service.yml", SERVICE_PLAY)
    puck.ssh("systemctl stop tributary")
    try:
        play = fresh.play("service.yml", example_compose_service_log_driver="syslog", tributary_listener_seconds=2)
    finally:
        puck.ssh("systemctl start tributary")
    assert play.code != 0
    assert "nobody listens on the syslog port of kairos" in " ".join(play.text.split()), play.text
    assert puck.ssh("test -e /opt/kairos", check=False).returncode != 0


def test_a_role_may_depend_on_its_listener(agents, fresh):
    """tributary_listener in the meta/main.yml of a service's role."""
    fresh.write("ansible/roles/kairos/meta/main.yml", "dependencies:\n  - role: tributary_listener\n"
                "    tributary_listeners: [kairos]\n    tributary_listener_seconds: 2\n")
    fresh.write("ansible/roles/kairos/tasks/main.yml", "- ansible.builtin.command: touch /run/kairos-started\n")
    fresh.write("service.yml", SERVICE_PLAY.replace("example_compose_service", "kairos").replace("puck", "oberon"))
    oberon = agents.fleet["oberon"]
    fresh.play("service.yml").ok()
    oberon.ssh("rm /run/kairos-started; systemctl stop tributary")
    try:
        play = fresh.play("service.yml")
    finally:
        oberon.ssh("systemctl start tributary")
    assert play.code != 0
    assert "nobody listens on the syslog port of kairos" in " ".join(play.text.split()), play.text
    assert oberon.ssh("test -e /run/kairos-started", check=False).returncode != 0


@pytest.mark.essential
def test_cfgc_status_says_who_runs_what(agents, fresh):
    code, text = fresh.status()
    assert code == 0, text
    assert "3 of 3 hosts up to date" in text, text
    fresh.edit("host_vars/oberon.yml", "kairos, gitea", "kairos")
    agents.fleet["puck"].ssh("systemctl stop tributary")
    agents.fleet["ariel"].cut()
    try:
        code, text = fresh.status("--format", "json")
    finally:
        agents.fleet["ariel"].cut(False)
        agents.fleet["puck"].ssh("systemctl start tributary")
    assert code == 1
    hosts = json.loads(text)["hosts"]
    assert {name: (is_["config"], is_["health"]) for name, is_ in hosts.items()} == {
        "puck": ("-", "no answer"), "oberon": ("differs", "healthy"), "ariel": ("-", "unreachable")}, text
    assert hosts["oberon"]["running"] == agents.config_hash("oberon") and hosts["oberon"]["uptime_seconds"] > 0
    wait_for("puck", lambda: agents.is_healthy("puck"))


def test_status_says_who_runs_what(agents, fresh, tmp_path):
    found = tmp_path / "status.json"
    fresh.play("status.yml", tributary_status_json=found).ok()
    before = json.loads(found.read_text())
    assert all(is_["uptime_seconds"] > 0 and is_["lag_seconds"] >= 0 for is_ in before.values()), before
    assert {name: is_["config"] == is_["compiled"] and is_["healthy"] for name, is_ in before.items()} == {
        "puck": True, "oberon": True, "ariel": True}
    fresh.edit("host_vars/oberon.yml", "kairos, gitea", "kairos")
    agents.fleet["ariel"].cut()
    try:
        play = fresh.play("status.yml", tributary_status_json=found)
    finally:
        agents.fleet["ariel"].cut(False)
    table = {line.split()[1].strip("'"): line for line in play.text.splitlines() if line.strip().startswith("- ")}
    assert " differs " in table["oberon"] and " current " in table["puck"], play.text
    assert "unreachable" in table["ariel"], play.text
    after = json.loads(found.read_text())
    assert (after["ariel"]["reachable"], after["oberon"]["reachable"]) == (False, True)
