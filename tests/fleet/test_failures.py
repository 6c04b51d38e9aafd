"""What goes wrong stops before anything is touched, or is put back; lines flow on."""
import contextlib
import time

import pytest

from controller import repack
from probes import CONFIG, sha256, wait_all
from programs import wait_for


@pytest.mark.essential
def test_a_template_with_an_error_touches_nothing(agents, fresh):
    before = agents.pids(), agents.hashes()
    fresh.edit("templates/default.river", "fleet.files", 'loki.relabel "broken" { forwardto = [] }\n\nfleet.files')
    play = fresh.deploy()
    assert play.code != 0
    assert "forwardto" in play.text and "templates/default.river:" in play.text, play.text
    assert (agents.pids(), agents.hashes()) == before


def test_another_checksum_touches_nothing(agents, fresh):
    before = agents.pids(), agents.hashes()
    play = fresh.deploy(tributary_package_checksum="0" * 64)
    assert play.code != 0 and "has the SHA-256" in play.text, play.text
    assert (agents.pids(), agents.hashes()) == before


@contextlib.contextmanager
def squatter(host, port):
    """Another process listens on the port."""
    host.ssh(f"systemd-run --quiet --unit=squatter python3 -c 'import socket,time\n"
             f"s=socket.create_server((\"127.0.0.1\",{port}))\ntime.sleep(1e6)'")
    try:
        wait_for("the port to be taken", lambda: str(port) in host.out("ss -Hltn"))
        yield
    finally:
        host.ssh("systemctl stop squatter")


# Writes each config that the agent has to run, with the time at which it took its place.
WATCH = f"""systemd-run --quiet --unit=watch sh -c 'old=; while [ ! -e /run/watched ]; do
  new=$(sha256sum {CONFIG} | cut -c1-64); [ "$new" = "$old" ] || echo $(date +%s.%N) $new >> /run/configs
  old=$new; sleep 0.1
done; rm /run/watched'"""


@pytest.mark.essential
def test_the_doctor_stops_a_host_before_anything_is_touched(agents, fresh):
    pids, hashes = agents.pids(), agents.hashes()
    fresh.edit("group_vars/all/vars.yml", "51424", "51425")
    with squatter(agents.fleet["oberon"], 51425):
        play = fresh.deploy("--limit", "oberon")
    # Compiling changes files of the controller, "oberon -> localhost".
    assert play.code != 0 and "changed: [oberon]" not in play.text, play.text
    assert "nothing was touched" in play.text and "127.0.0.1:51425" in play.text, play.text
    assert "is taken by python3 (pid" in " ".join(play.text.split()), play.text
    assert (agents.pids(), agents.hashes()) == (pids, hashes)


@pytest.mark.essential
def test_a_port_that_is_taken_is_rolled_back_while_lines_flow(agents, fresh, loki):
    oberon = agents.fleet["oberon"]
    pids, hashes = agents.pids(), agents.hashes()
    fresh.edit("group_vars/all/vars.yml", "51424", "51425")
    oberon.ssh(WATCH)
    with squatter(oberon, 51425), agents.sender("oberon", 51412, "rolled") as sender:
        play = fresh.deploy("--limit", "oberon", tributary_doctor_ignore=["ports"])
    assert play.code != 0 and play.recap["oberon"]["failed"] == 1, play.text
    # The component and the reason are named.
    assert "loki.source.syslog.services" in play.text and "51425" in play.text, play.text
    assert (agents.pids(), agents.hashes()) == (pids, hashes)
    assert agents.running_hash("oberon") == hashes["oberon"]
    assert agents.is_healthy("oberon")
    wait_all(loki, "rolled", sender.sent)
    seen = [line.split() for line in oberon.out("touch /run/watched; cat /run/configs; rm /run/configs").splitlines()]
    assert [config for _, config in seen] == [hashes["oberon"], sha256(fresh.compiled("oberon")), hashes["oberon"]]
    assert float(seen[2][0]) - float(seen[1][0]) < 30, seen


def test_a_host_that_is_down_does_not_keep_the_others_from_their_deploy(agents, fresh):
    fresh.edit("group_vars/all/vars.yml", "51424", "51425")
    hashes = agents.hashes()
    agents.fleet["ariel"].cut()
    try:
        play = fresh.deploy()
    finally:
        agents.fleet["ariel"].cut(False)
    assert play.code != 0
    assert play.recap["ariel"]["unreachable"] == 1, play.text
    now = agents.hashes()
    assert now["ariel"] == hashes["ariel"]
    for name in ("puck", "oberon"):
        assert play.recap[name]["failed"] == 0
        assert now[name] == agents.running_hash(name) != hashes[name]


def test_a_package_that_cannot_run_is_replaced_by_the_one_before(agents, fresh, tmp_path):
    def break_it(root):
        (root / "usr/bin/tributary").write_text("#!/bin/sh\necho cannot run here >&2\nexit 3\n")

    hashes = agents.hashes()
    version = agents.fleet["oberon"].out("dpkg-query -W -f '${Version}' tributary")
    broken = repack(fresh.package, "9.9.9", tmp_path, break_it)
    play = fresh.play("upgrade.yml", "--limit", "oberon", package=broken)
    assert play.code != 0 and "cannot run here" in play.text, play.text
    assert agents.fleet["oberon"].out("dpkg-query -W -f '${Version}' tributary") == version
    assert agents.running_hash("oberon") == agents.config_hash("oberon") == hashes["oberon"]


@pytest.mark.essential
def test_secrets_appear_nowhere(agents, fresh):
    secret = f"s3cret-{time.time_ns()}"
    fresh.write("group_vars/all/secrets.yml", f"tributary_environment:\n  LOKI_PASSWORD: {secret}\n")
    play = fresh.deploy("--diff", "-vvv", "--limit", "ariel").ok()
    ariel = agents.fleet["ariel"]
    assert secret in ariel.out(f"cat /proc/{agents.pid('ariel')}/environ")
    shown = [line for line in play.text.splitlines() if secret in line]
    assert not shown, shown
    readable = ariel.out(f"grep -rl {secret} /etc /var /run /tmp /root 2>/dev/null "
                         "| xargs -r stat -c '%a %n'", check=False).splitlines()
    assert readable and all(line.split()[0] in ("600", "640", "400") for line in readable), readable
    assert secret not in ariel.out("journalctl --no-pager; systemctl show tributary")
    fresh.reset()
    fresh.deploy("--limit", "ariel").ok()
    assert secret not in ariel.out(f"cat /proc/{agents.pid('ariel')}/environ")
