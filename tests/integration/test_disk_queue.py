"""The disk queue of loki.write, seen from outside: what survives which end of the agent, a disk that is full,
an endpoint that is dead.

DISK_QUEUE_KILLS is how often the agent is killed at a random moment (50; 1,000 takes half an hour), DISK_QUEUE_SEED
repeats a run.
"""
import contextlib
import os
import random
import re
import subprocess
import threading

import pytest
from numbered import wait_distinct
from programs import Receiver, wait_for
from sources import File, SyslogTcp, SyslogUdp

KILLS = int(os.environ.get("DISK_QUEUE_KILLS", "50"))
SEED = int(os.environ.get("DISK_QUEUE_SEED", str(random.randrange(1 << 32))))
SIZE = "--storage.queue-size=64MiB"
ENDPOINT = """
	endpoint {{
		url                = "{url}"
		batch_wait         = "20ms"
		remote_timeout     = "1s"
		min_backoff_period = "20ms"
		max_backoff_period = "100ms"
		queue_config {{
			capacity = "64KiB"
		}}
	}}
"""


def write_to(*receivers, wal=""):
    endpoints = "".join(ENDPOINT.format(url=receiver.url) for receiver in receivers)
    return f'loki.write "sink" {{\n{wal}{endpoints}}}\n'


def syslog_config(source, *receivers, wal=""):
    return source.config("loki.write.sink.receiver") + write_to(*receivers, wal=wal)


def appended(running):
    return running.metric("tributary_disk_queue_appended_entries_total")


def wait_appended(running, count):
    wait_for(f"{count} lines on disk", lambda: appended(running) >= count)


@pytest.fixture(params=[SyslogTcp, SyslogUdp], ids=lambda kind: kind.name)
def syslog(request, tmp_path):
    with request.param(tmp_path, None) as made:
        yield made


def test_lines_of_an_outage_survive_kill_and_restart(agent, syslog, receiver):
    receiver.post("/ctl?mode=500")
    running = agent(syslog_config(syslog, receiver), arguments=[SIZE])
    for first in range(0, 2000, 100):  # In steps that a UDP socket's buffer holds.
        syslog.write(first, 100)
        wait_appended(running, first + 100)
    running.kill()
    running.start()
    receiver.post("/ctl?mode=ok")
    stats = wait_distinct(receiver, 2000)
    assert (stats["distinct"], stats["missing"], stats["out_of_order"], stats["repeated"]) == (2000, 0, 0, 0), stats
    wait_for("an empty queue", lambda: running.metric("tributary_disk_queue_records") == 0)
    assert running.stop() == 0
    assert not list((running.storage / "loki.write.sink" / "queue").glob("*.seg"))


def has_position(running, offset):
    path = running.storage / "loki.source.file.in" / "positions"
    return path.exists() and re.search(rf"\b{offset}\b", path.read_text())


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_the_end_of_the_agent_in_an_outage_repeats_nothing_of_a_file(agent, tmp_path, receiver, how):
    """The first lines of an outage are in memory only until their backend counts as silent (5 s); then they are
    stored as what follows is, and no position waits for them."""
    source = File(tmp_path, None)
    receiver.post("/ctl?mode=500")
    running = agent(source.config("loki.write.sink.receiver") + write_to(receiver), arguments=[SIZE])
    source.write(0, 20_000)  # More than the memory of the endpoint.
    wait_appended(running, 20_000)
    source.write(20_000, 5_000)
    wait_appended(running, 25_000)
    wait_for("the position behind all lines", lambda: has_position(running, source.path.stat().st_size))
    if how == "stop":
        assert running.stop() == 0
    else:
        running.kill()
    running.start()
    receiver.post("/ctl?mode=ok")
    stats = wait_distinct(receiver, 25_000)
    assert (stats["distinct"], stats["missing"], stats["out_of_order"], stats["repeated"]) == (25_000, 0, 0, 0), stats
    assert running.stop() == 0


def test_kill_at_random_moments_loses_nothing_that_was_stored(agent, tmp_path, receiver):
    print(f"DISK_QUEUE_SEED={SEED}")
    chance = random.Random(SEED)
    source = SyslogTcp(tmp_path, None)
    running = agent(syslog_config(source, receiver), arguments=[SIZE])
    sent = 0
    for _ in range(KILLS):
        receiver.post(f"/ctl?mode={chance.choice(['ok', '500', '500'])}")
        source.write(sent, 200)
        wait_appended(running, 200)  # Counters begin again with each start.
        sent += 200
        killer = threading.Timer(chance.random() * 0.3, running.process.kill)
        killer.start()
        running.process.wait(10)
        killer.join()
        source.socket.close()
        source.socket = None
        running.start()
    receiver.post("/ctl?mode=ok")
    stats = wait_distinct(receiver, sent)
    print(f"{KILLS} kills, {sent} lines, {stats['repeated']} repeated")
    assert (stats["distinct"], stats["missing"]) == (sent, 0), stats
    assert running.stop() == 0


def saved_cursor(running):
    """The record up to which the endpoint is done, as it is on disk."""
    path = running.storage / "loki.write.sink" / "queue" / "cursors"
    found = re.findall(r"\t(\d+)$", path.read_text(), re.MULTILINE) if path.exists() else []
    return int(found[0]) if found else 0


def test_kill_repeats_at_most_what_the_last_commit_did_not_cover(agent, tmp_path, receiver):
    source = SyslogTcp(tmp_path, None)
    running = agent(syslog_config(source, receiver), arguments=[SIZE])
    sent = allowed = 0
    for _ in range(5):
        for number in range(10):  # Each is a record: the next one is sent when it is stored.
            source.write(sent + number, 1)
            wait_appended(running, number + 1)
        running.kill()
        covered = saved_cursor(running)
        assert covered >= sent, "what was committed before this round is lost"
        sent += 10
        allowed += sent - covered
        source.socket.close()
        source.socket = None
        running.start()
        stats = wait_distinct(receiver, sent)
        assert (stats["missing"], stats["distinct"]) == (0, sent), stats
        assert stats["repeated"] <= allowed, (stats, allowed)
        wait_for("a commit", lambda: saved_cursor(running) == sent)  # noqa: B023
    # All is committed: nothing of it comes again.
    repeated = receiver.stats()["repeated"]
    running.kill()
    running.start()
    source.write(sent, 1)
    stats = wait_distinct(receiver, sent + 1)
    assert stats["repeated"] == repeated, stats
    assert running.stop() == 0


def test_stops_under_load_lose_nothing_and_repeat_what_was_on_its_way(agent, tmp_path, receiver):
    source = File(tmp_path, None)
    chance = random.Random(SEED)
    running = agent(source.config("loki.write.sink.receiver") + write_to(receiver), arguments=[SIZE])
    sent, rounds = 0, 8
    for _ in range(rounds):
        receiver.post(f"/ctl?mode={chance.choice(['ok', '500', '429', 'stall'])}")
        stopper = threading.Timer(chance.random() * 0.5, running.process.terminate)
        stopper.start()
        while stopper.is_alive():
            source.write(sent, 200)
            sent += 200
            stopper.join(0.01)
        assert running.process.wait(20) == 0
        running.start()
    receiver.post("/ctl?mode=ok")
    stats = wait_distinct(receiver, sent)
    print(f"SEED={SEED}: {rounds} stops, {sent} lines, {stats['repeated']} repeated")
    assert (stats["missing"], stats["distinct"], stats["out_of_order"]) == (0, sent, 0), stats
    # A request that was answered too late, and what its 64 KiB of memory held besides.
    assert stats["repeated"] <= rounds * 2 * (64 << 10) // 20, stats
    assert running.stop() == 0


def test_what_waits_goes_to_the_tenant_of_now(agent, tmp_path, receiver):
    def config(tenant):
        return syslog_config(source, receiver).replace("batch_wait", f'tenant_id = "{tenant}"\n\t\tbatch_wait', 1)

    with SyslogTcp(tmp_path, None) as source:
        receiver.post("/ctl?mode=401")
        running = agent(config("old"), arguments=[SIZE])
        source.write(0, 2000)
        wait_appended(running, 2000)
        assert running.reload(config("new"))[0] == 200
        source.write(2000, 2000)
        wait_appended(running, 4000)
        receiver.post("/ctl?mode=ok")
        stats = wait_distinct(receiver, 4000)
        assert (stats["missing"], stats["repeated"], stats["out_of_order"]) == (0, 0, 0), stats
        assert running.metric("loki_write_dropped_entries_total") == 0
        assert running.stop() == 0


def test_a_dead_endpoint_does_not_hold_up_the_other(agent, tmp_path, receiver):
    file = File(tmp_path, None)
    with Receiver() as dead, SyslogTcp(tmp_path, None) as source:
        dead.post("/ctl?mode=stall")
        config = source.config("loki.write.sink.receiver") + file.config("loki.write.sink.receiver")
        running = agent(config + write_to(dead, receiver), arguments=[SIZE])
        file.write(0, 20_000)
        source.write(20_000, 20_000)
        stats = wait_distinct(receiver, 40_000)
        assert (stats["missing"], stats["repeated"], stats["out_of_order"]) == (0, 0, 0), stats
        assert dead.stats()["distinct"] == 0
        dead.post("/ctl?mode=ok")
        stats = wait_distinct(dead, 40_000)
        assert (stats["missing"], stats["out_of_order"]) == (0, 0), stats
        assert running.metric("loki_write_dropped_entries_total") == 0
        assert running.stop() == 0


def test_without_a_disk_queue_a_dead_endpoint_holds_up_the_other_once_its_memory_is_full(agent, tmp_path, receiver):
    file = File(tmp_path, None)
    with Receiver() as dead:
        dead.post("/ctl?mode=stall")
        running = agent(file.config("loki.write.sink.receiver") + write_to(dead, receiver))
        file.write(0, 20_000)
        def waiting(component):
            return running.metric("tributary_component_buffered", component_id=component)

        # All are read, and stay in front of a queue that has no room for the next batch, whatever its size.
        wait_for("lines that wait for room", lambda: waiting("loki.write.sink") > 0 and waiting("loki.source.file.in") > 0
                 and running.metric("tributary_component_received_total", component_id="loki.source.file.in") == 20_000)
        assert receiver.stats()["distinct"] < 20_000
        dead.post("/ctl?mode=ok")
        for each in (dead, receiver):
            stats = wait_distinct(each, 20_000)
            assert (stats["missing"], stats["out_of_order"]) == (0, 0), stats
        assert running.stop() == 0


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "agent-state"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=False).returncode != 0:
        pytest.skip("NOT TESTED: cannot mount a tmpfs")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_means_memory_and_works_again_by_itself(agent, tmp_path, small_disk, receiver):
    with SyslogTcp(tmp_path, None) as source:
        running = agent(syslog_config(source, receiver), arguments=[SIZE])
        ballast = small_disk / "ballast"
        with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        source.write(0, 2000)
        stats = wait_distinct(receiver, 2000)
        assert (stats["missing"], stats["out_of_order"]) == (0, 0), stats
        status, health = running.get("/-/healthy")
        assert status == 500 and "No space left on device" in health, health
        assert str(small_disk / "loki.write.sink" / "queue") in health, health
        ballast.unlink()
        wait_for("health, without anything to store", lambda: running.get("/-/healthy")[0] == 200)
        source.write(2000, 10)
        wait_appended(running, 10)
        stats = wait_distinct(receiver, 2010)
        assert (stats["missing"], stats["out_of_order"]) == (0, 0), stats
        assert running.stop() == 0


def test_a_full_queue_drops_the_oldest_and_counts_each_line(agent, tmp_path, receiver):
    with SyslogTcp(tmp_path, None) as source:
        receiver.post("/ctl?mode=500")
        running = agent(syslog_config(source, receiver), arguments=["--storage.queue-size=4MiB"])
        source.write(0, 100_000)
        wait_appended(running, 100_000)
        dropped = running.metric("loki_write_dropped_entries_total", reason="disk_full")
        assert dropped > 10_000
        receiver.post("/ctl?mode=ok")
        stats = wait_distinct(receiver, 100_000 - dropped)
        wait_for("an empty queue", lambda: running.metric("tributary_disk_queue_records") == 0)
        wait_for("all lines counted", lambda: running.metric("loki_write_sent_entries_total") + dropped == 100_000)
        assert receiver.stats()["distinct"] == 100_000 - dropped, stats
        assert running.stop() == 0


def test_reloads_remove_and_rename_endpoints(agent, tmp_path, receiver):
    with Receiver() as dead, SyslogTcp(tmp_path, None) as source:
        dead.post("/ctl?mode=500")
        running = agent(syslog_config(source, dead, receiver), arguments=[SIZE])
        source.write(0, 5000)
        wait_distinct(receiver, 5000)
        assert running.reload(syslog_config(source, receiver))[0] == 200
        wait_for("what waited to be counted", lambda: running.metric(
            "loki_write_dropped_entries_total", reason="endpoint_removed", host=f"127.0.0.1:{dead.port}") > 0)
        source.write(5000, 1000)
        stats = wait_distinct(receiver, 6000)
        assert (stats["missing"], stats["repeated"], stats["out_of_order"]) == (0, 0, 0), stats
        # A mended URL keeps what waits.
        receiver.post("/ctl?mode=500")
        source.write(6000, 1000)
        wait_appended(running, 7000)
        with Receiver() as other:
            assert running.reload(syslog_config(source, other))[0] == 200
            stats = wait_distinct(other, 1000)
            assert stats["missing"] == 0, stats
            assert running.stop() == 0


def test_a_sink_that_is_renamed_again_and_again_in_an_outage_loses_nothing(agent, tmp_path, receiver):
    def config(to, *sinks):
        return source.config(f"loki.write.{to}.receiver") + "".join(
            f'loki.write "{name}" {{\n{ENDPOINT.format(url=receiver.url)}}}\n' for name in sinks)

    with SyslogTcp(tmp_path, None) as source:
        receiver.post("/ctl?mode=500")
        running = agent(config("a", "a"), arguments=[SIZE])
        sent = 0
        for name in "bababa":  # Faster than one of them ends: each waits for the one of its name before.
            source.write(sent, 100)
            assert running.reload(config(name, name))[0] == 200
            source.write(sent + 100, 100)
            sent += 200
        # What is stored for a sink that is not configured waits for it.
        wait_for("those that were removed", lambda: running.reload(config("a", "a", "b"))[0] == 200)
        receiver.post("/ctl?mode=ok")
        stats = wait_distinct(receiver, sent)
        assert (stats["distinct"], stats["missing"]) == (sent, 0), stats
        assert running.stop() == 0


@pytest.mark.parametrize("how", ["argument", "flag"])
def test_turned_off_it_delivers_what_is_left(agent, tmp_path, receiver, how):
    with SyslogTcp(tmp_path, None) as source:
        receiver.post("/ctl?mode=500")
        running = agent(syslog_config(source, receiver), arguments=[SIZE])
        source.write(0, 2000)
        wait_appended(running, 2000)
        if how == "argument":
            off = syslog_config(source, receiver, wal="\twal {\n\t\tenabled = false\n\t}\n")
            assert running.reload(off)[0] == 200
        else:
            running.stop()
            running.command.remove(SIZE)
            running.start()
            assert "lines wait in" in running.log()
        receiver.post("/ctl?mode=ok")
        stats = wait_distinct(receiver, 2000)
        assert (stats["missing"], stats["repeated"]) == (0, 0), stats
        assert running.stop() == 0
        assert not list((running.storage / "loki.write.sink" / "queue").glob("*.seg"))


def test_an_argument_turns_it_on(agent, tmp_path, receiver):
    with SyslogTcp(tmp_path, None) as source:
        running = agent(syslog_config(source, receiver, wal="\twal {\n\t\tenabled = true\n\t}\n"))
        source.write(0, 100)
        wait_appended(running, 100)
        wait_distinct(receiver, 100)
        assert running.stop() == 0
