"""What goes wrong stops before anything is touched, or is put back; lines flow on."""
import time

from controller import repack
from probes import wait_all
from programs import wait_for


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


def test_a_port_that_is_taken_is_rolled_back_while_lines_flow(agents, fresh, loki):
    pids, hashes = agents.pids(), agents.hashes()
    fresh.edit("group_vars/all/vars.yml", "51424", "51425")
    agents.fleet["oberon"].ssh("systemd-run --quiet --unit=squatter python3 -c 'import socket,time\n"
                               "s=socket.create_server((\"127.0.0.1\",51425))\ntime.sleep(1e6)'")
    wait_for("the port to be taken", lambda: "51425" in agents.fleet["oberon"].out("ss -Hltn"))
    try:
        with agents.sender("oberon", 51412, "rolled") as sender:
            play = fresh.deploy("--limit", "oberon")
    finally:
        agents.fleet["oberon"].ssh("systemctl stop squatter")
    assert play.code != 0 and play.recap["oberon"]["failed"] == 1, play.text
    # The component and the reason are named.
    assert "loki.source.syslog.services" in play.text and "51425" in play.text, play.text
    assert (agents.pids(), agents.hashes()) == (pids, hashes)
    assert agents.running_hash("oberon") == hashes["oberon"]
    assert agents.is_healthy("oberon")
    assert play.seconds < 60, play.text
    wait_all(loki, "rolled", sender.sent)


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
