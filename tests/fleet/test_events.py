"""What happens to hosts: they reboot, lose power, network or disk; the agent is killed. Nothing is lost."""
import pytest

from probes import numbers_of, wait_all
from programs import wait_for


def log_numbers(agents, host, stream, first, count):
    """Numbered lines into the host's journal."""
    agents.fleet[host].ssh(f"for n in $(seq {first} {first + count - 1}); do "
                           f"printf 'seq=%012d stream={stream}\\n' $n; done | logger -t numbers")


@pytest.mark.essential
def test_after_a_reboot_the_agent_runs_and_goes_on_where_it_stopped(agents, loki):
    oberon = agents.fleet["oberon"]
    log_numbers(agents, "oberon", "reboot", 0, 50)
    before = oberon.boot_id()
    oberon.ssh("systemctl reboot", check=False)
    wait_for("oberon to come back", lambda: oberon.boot_id() not in ("", before), 90)
    oberon.wait_up()
    wait_for("the agent", lambda: agents.running_hash("oberon") == agents.config_hash("oberon"))
    log_numbers(agents, "oberon", "reboot", 50, 50)
    wait_all(loki, "reboot", 100)


@pytest.mark.essential
def test_a_killed_agent_comes_back_and_nothing_is_lost(agents, loki):
    pid = agents.pid("ariel")
    log_numbers(agents, "ariel", "killed", 0, 500)
    agents.fleet["ariel"].ssh("systemctl kill -s KILL tributary")
    log_numbers(agents, "ariel", "killed", 500, 500)
    wait_for("another process", lambda: agents.pid("ariel") not in (0, pid))
    wait_all(loki, "killed", 1000)


def test_power_loss(agents, loki):
    ariel = agents.fleet["ariel"]
    log_numbers(agents, "ariel", "power", 0, 100)
    ariel.ssh("journalctl --sync")
    ariel.power_off()
    ariel.start()
    ariel.wait_up()
    wait_for("the agent", lambda: agents.running_hash("ariel") == agents.config_hash("ariel"))
    log_numbers(agents, "ariel", "power", 100, 100)
    wait_all(loki, "power", 200)


def test_a_minute_without_network_loses_nothing(agents, loki):
    """A minute is what the backend misses; the lines are written on the host meanwhile."""
    ariel = agents.fleet["ariel"]
    pid = agents.pid("ariel")
    ariel.ssh("systemd-run --quiet --unit=writer sh -c 'n=0; while [ $n -lt 600 ]; do "
              "printf \"seq=%012d stream=cut\\n\" $n; n=$((n+1)); sleep 0.1; done'")
    wait_for("the first lines", lambda: numbers_of(loki, "cut") > 10)
    ariel.cut()
    try:
        ariel.inside("sh", "-c", "while systemctl -q is-active writer; do sleep 0.2; done")
    finally:
        ariel.cut(False)
    wait_all(loki, "cut", 600, 60)
    assert agents.pid("ariel") == pid
    assert loki.stats()["missing"] == 0


def test_a_full_disk_of_the_agent_loses_nothing(agents, loki):
    """Its positions cannot be written then; it says so and goes on."""
    oberon = agents.fleet["oberon"]
    oberon.ssh("systemctl stop tributary && mount -t tmpfs -o size=64k,uid=$(id -u tributary),mode=750 "
               "tmpfs /var/lib/tributary && systemctl start tributary")
    try:
        oberon.ssh("dd if=/dev/zero of=/var/lib/tributary/filler bs=1k 2>/dev/null || true")
        pid = agents.pid("oberon")
        log_numbers(agents, "oberon", "full", 0, 300)
        wait_all(loki, "full", 300)
        assert agents.pid("oberon") == pid
    finally:
        oberon.ssh("systemctl stop tributary; umount /var/lib/tributary; systemctl start tributary")
