"""Other versions, the way back, and the end: upgrade, rollback, uninstall."""
import pytest

from controller import repack
from probes import sha256, wait_all

FILES = "find / -xdev -path /proc -prune -o -path /sys -prune -o -path /tmp -prune -o -name '*tributary*' -print"


def version(agents, host):
    return agents.fleet[host].out("dpkg-query -W -f '${Version}' tributary")


@pytest.mark.essential
def test_upgrade_and_rollback_of_the_package_lose_nothing(agents, fresh, loki, tmp_path):
    oberon = agents.fleet["oberon"]
    newer = repack(fresh.package, "8.0.0", tmp_path)
    before, pid, config = version(agents, "oberon"), agents.pid("oberon"), agents.config_hash("oberon")
    oberon.ssh("systemd-run --quiet --unit=upgraded sh -c 'n=0; while [ ! -e /run/enough ]; do "
               "printf \"seq=%012d stream=upgraded\\n\" $n; n=$((n+1)); sleep 0.02; done; echo $n > /run/sent'")
    fresh.play("upgrade.yml", "--limit", "oberon", package=newer).ok()
    assert version(agents, "oberon") == "8.0.0"
    assert agents.pid("oberon") not in (0, pid)
    assert agents.running_hash("oberon") == config
    again = fresh.play("upgrade.yml", "--limit", "oberon", package=newer).ok()
    assert again.recap["oberon"]["changed"] == 0, again.text
    fresh.play("rollback.yml", "--limit", "oberon").ok()
    assert version(agents, "oberon") == before
    assert agents.running_hash("oberon") == config
    oberon.ssh("touch /run/enough; while systemctl -q is-active upgraded; do sleep 0.1; done")
    wait_all(loki, "upgraded", int(oberon.out("cat /run/sent; rm /run/sent /run/enough")))


def test_rollback_of_a_config_reloads_it(agents, fresh):
    pid, config = agents.pid("ariel"), agents.config_hash("ariel")
    fresh.edit("group_vars/all/vars.yml", "51424", "51425")
    fresh.deploy("--limit", "ariel").ok()
    newer = sha256(fresh.compiled("ariel"))
    fresh.play("rollback.yml", "--limit", "ariel").ok()
    assert agents.running_hash("ariel") == agents.config_hash("ariel") == config != newer
    # A second time goes forward again.
    fresh.play("rollback.yml", "--limit", "ariel").ok()
    assert agents.running_hash("ariel") == agents.config_hash("ariel") == newer
    assert agents.pid("ariel") == pid


@pytest.mark.essential
def test_uninstall_leaves_nothing(bare):
    # The journal's own files and the list of packages remember names; nothing else does.
    left = [line for line in bare.out(FILES).splitlines() if not line.startswith("/var/log/journal")]
    assert left == []
    assert bare.ssh("getent passwd tributary || getent group tributary", check=False).stdout == ""
    assert "tributary" not in bare.out("systemctl list-units --all --no-pager; dpkg -l; cat /etc/passwd")


def test_check_works_on_a_bare_host(bare, fresh):
    play = fresh.deploy("--check", "--diff", "--limit", "ariel").ok()
    assert "loki.source.journal" in play.text, play.text
    assert bare.out(FILES) == ""


def test_a_first_deploy_that_fails_leaves_the_host_bare(bare, fresh):
    bare.ssh("systemd-run --quiet --unit=squatter python3 -c 'import socket,time\n"
             "s=socket.create_server((\"127.0.0.1\",51424))\ntime.sleep(1e6)'")
    try:
        play = fresh.deploy("--limit", "ariel")
    finally:
        bare.ssh("systemctl stop squatter")
    assert play.code != 0 and "51424" in play.text, play.text
    assert bare.out(FILES) == ""
