"""What a deploy does: first, again, with a change, with --check."""
import pytest

from controller import repack
from probes import CONFIG, sha256, wait_all


@pytest.mark.essential
def test_first_deploy_and_nothing_the_second_time(agents, fresh, loki):
    for name in agents.fleet.hosts:
        assert agents.running_hash(name) == agents.config_hash(name) == sha256(fresh.compiled(name))
        agents.log(name, f"hello from {name}")
        entry = loki.wait_line(f"hello from {name}")
        assert entry["labels"]["hostname"] == f"{name}.lab"
        assert entry["labels"]["environment"] == "test"
        assert entry["labels"]["job"] == "systemd"
    pids = agents.pids()
    again = fresh.deploy().ok()
    assert {name: recap["changed"] for name, recap in again.recap.items()} == dict.fromkeys(pids, 0), again.text
    assert agents.pids() == pids


@pytest.mark.essential
def test_a_changed_listener_is_reloaded_and_the_other_connections_stay(agents, fresh, loki):
    pids = agents.pids()
    with agents.sender("oberon", 51412, "kept") as sender:
        fresh.edit("group_vars/all/vars.yml", "51424", "51425")
        play = fresh.deploy().ok()
    assert agents.pids() == pids
    assert play.recap["oberon"]["changed"] == 2, play.text  # config, previous deployment
    assert agents.running_hash("oberon") == sha256(fresh.compiled("oberon"))
    wait_all(loki, "kept", sender.sent)
    agents.syslog("oberon", 51425, "on the new port", tag="gitea")
    assert loki.wait_line("on the new port")["labels"]["job"] == "gitea"


def test_limit_touches_one_host_only(agents, fresh):
    hashes = agents.hashes()
    fresh.edit("group_vars/all/vars.yml", "51424", "51425")
    play = fresh.deploy("--limit", "puck").ok()
    assert set(play.recap) <= {"puck", "localhost"}
    now = agents.hashes()
    assert now["puck"] != hashes["puck"]
    assert (now["oberon"], now["ariel"]) == (hashes["oberon"], hashes["ariel"])


def test_tags_take_their_part_only(agents, fresh, tmp_path):
    ariel = agents.fleet["ariel"]
    version, pid, before = ariel.out("dpkg-query -W -f '${Version}' tributary"), agents.pid("ariel"), agents.hashes()
    newer = repack(fresh.package, "8.1.0", tmp_path)
    fresh.edit("group_vars/all/vars.yml", "51424", "51425")
    only_ariel = ("--limit", "ariel")
    # The package is another one, but only the config is asked for.
    fresh.play("deploy.yml", *only_ariel, "--tags", "configure,run", package=newer).ok()
    assert ariel.out("dpkg-query -W -f '${Version}' tributary") == version
    assert agents.pid("ariel") == pid
    assert agents.running_hash("ariel") == sha256(fresh.compiled("ariel")) != before["ariel"]
    config = agents.config_hash("ariel")
    fresh.edit("group_vars/all/vars.yml", "51425", "51426")
    fresh.play("deploy.yml", *only_ariel, "--tags", "install", package=newer).ok()
    assert ariel.out("dpkg-query -W -f '${Version}' tributary") == "8.1.0"
    assert agents.config_hash("ariel") == agents.running_hash("ariel") == config
    fresh.deploy(*only_ariel).ok()
    assert ariel.out("dpkg-query -W -f '${Version}' tributary") == version


def test_check_shows_the_difference_and_changes_nothing(agents, fresh):
    hashes, pids = agents.hashes(), agents.pids()
    fresh.edit("group_vars/all/vars.yml", "51424", "51425")
    play = fresh.deploy("--check", "--diff").ok()
    assert "51425" in play.text and "51424" in play.text
    assert (agents.hashes(), agents.pids()) == (hashes, pids)


@pytest.mark.essential
def test_the_docker_group_is_given_on_puck_only(agents):
    groups = {name: agents.fleet[name].out(f"awk '/^Groups:/' /proc/{agents.pid(name)}/status").split()[1:]
              for name in agents.fleet.hosts}
    docker = agents.fleet["puck"].out("getent group docker").split(":")[2]
    assert {name: docker in found for name, found in groups.items()} == {
        "puck": True, "oberon": False, "ariel": False}


@pytest.mark.essential
def test_the_unit_is_confined(agents):
    line = agents.fleet["puck"].out("systemd-analyze security tributary --no-pager | tail -n 1")
    assert float(line.split(":")[1].split()[0]) <= 2.0, line


def test_the_config_belongs_to_root_and_the_agent_alone(agents):
    for name in agents.fleet.hosts:
        assert agents.fleet[name].out(f"stat -c '%a %U %G' {CONFIG}") == "640 root tributary"
