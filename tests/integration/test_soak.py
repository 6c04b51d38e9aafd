"""What hosts do all the time, repeated until it says something: scripts/soak, docs/reliability.md.

SOAK is the share of the repetitions that the figures in the docs stand for: 1 by scripts/soak, a hundredth in a run of all
tests. What is lost and what came twice is counted against what the source itself says it wrote. SOAK_SEED makes the random
choices of a run again.
"""
import os
import random
import threading
import time

import pytest

from daemons import missing_for_docker, missing_for_journald
from numbered import assert_exactly, wait_distinct
from programs import wait_for
from soak import Flood, Progress, damage
from sources import File, Journal, SyslogUdp, quick_write
from test_docker import RESUME, TRIO

SHARE = float(os.environ.get("SOAK", "0.01"))


def times(whole):
    """How often of `whole` times, of which a short run takes a few."""
    return max(4, int(whole * SHARE))


@pytest.fixture
def chance():
    seed = int(os.environ.get("SOAK_SEED", random.randrange(1 << 32)))
    print(f"SOAK_SEED={seed}")
    return random.Random(seed)


def config(source, receiver):
    return source.config("loki.write.sink.receiver") + quick_write(receiver.url)


def test_containers_and_agents_that_stop_start_and_are_killed(agent, receiver, dockerd, chance):
    """Nothing is lost, and a cycle repeats one line at most."""
    if dockerd is None:
        pytest.skip(f"NOT TESTED against a real dockerd: {missing_for_docker()}")
    dockerd.container(RESUME, "--name", "soak")
    running = agent(TRIO.format(host=dockerd.host, url=receiver.url, interval="1m", labels=""))

    def stop_container(*how):
        dockerd.run(*how, "soak")
        dockerd.run("start", "soak")

    def end_agent(end):
        end()
        running.start()

    actions = (lambda: stop_container("stop", "-t", "5"), lambda: stop_container("kill", "-s", "KILL"),
               lambda: end_agent(running.stop), lambda: end_agent(running.kill))
    cycles = times(1000)
    with Progress("cycles", cycles) as progress:
        for _ in range(cycles):
            time.sleep(chance.random() * 0.3)
            chance.choice(actions)()
            progress.step()
        dockerd.run("stop", "-t", "5", "soak")
        # A container that is killed between a line and the note of it writes the line again: that is its own.
        written = dockerd.run("logs", "soak").splitlines()
        stats = wait_distinct(receiver, len(set(written)))
        repeated = stats["numbered"] - len(written)
        progress.say(f"{len(written)} lines, {stats['missing']} lost, {repeated} repeated")
    dockerd.run("rm", "-f", "soak")
    assert stats["missing"] == 0 and 0 <= repeated <= cycles, stats


def test_a_journal_that_is_rotated_and_vacuumed_at_10_000_lines_a_second(agent, receiver, tmp_path):
    """Nothing is lost or repeated. Twelve files are kept: what is deleted unread, nobody can read."""
    if reason := missing_for_journald():
        pytest.skip(f"NOT TESTED against a real journald: {reason}")
    rotations, sent, enough = times(1000), 0, threading.Event()

    def write(journal):
        nonlocal sent
        began = time.monotonic()
        while not enough.is_set():
            for sent in range(sent + 1, sent + 101):
                journal.send(f"seq={sent - 1:012d} a line of ordinary length with some words in it")
            time.sleep(max(0.0, began + sent / 10_000 - time.monotonic()))

    with Journal() as source, Progress("rotations", rotations) as progress:
        agent(config(source, receiver))
        began = time.monotonic()
        writer = threading.Thread(target=write, args=(source.journal,))
        writer.start()
        sent_before = []  # each rotation
        try:
            for _ in range(rotations):
                sent_before.append(sent)
                source.journal.rotate()
                if len(sent_before) > 8:
                    wait_distinct(receiver, sent_before[-8])
                source.journal.vacuum(keep=12)
                progress.step()
        finally:
            enough.set()
            writer.join()
        seconds = time.monotonic() - began
        assert_exactly(receiver, sent, seconds=120)
        progress.say(f"{sent} lines, {sent / seconds:.0f} a second, none lost, none repeated")


def test_a_file_that_is_renamed_100_times_a_second(agent, receiver, tmp_path):
    """Nothing is lost or repeated, though only five of the renamed files are kept."""
    rotations, source, names = times(6000), File(tmp_path, None), []
    agent(config(source, receiver))
    began = time.monotonic()
    with Progress("renames", rotations) as progress:
        for n in range(rotations):
            source.write(n * 20, 20)
            names.append(f"{source.path}.{n}")
            os.rename(source.path, names[-1])
            source.path.touch()
            if len(names) > 5:
                os.unlink(names.pop(0))
            time.sleep(max(0.0, began + n / 100 - time.monotonic()))
            progress.step()
        assert_exactly(receiver, rotations * 20)
        progress.say(f"{rotations * 20} lines, none lost, none repeated")


def test_an_agent_whose_files_are_torn_always_starts(agent, receiver, tmp_path, chance):
    """Killed at any moment, then with a file of its state as a power cut or a bad disk leaves it: it starts, and reads."""
    source, count = File(tmp_path, None), times(10_000)
    running = agent(config(source, receiver), arguments=["--storage.queue-size=16MiB"])
    with Progress("kills", count) as progress:
        for n in range(count):
            source.write(n, 1)
            time.sleep(chance.random() * 0.02)
            running.kill()
            files = [path for path in running.storage.rglob("*") if path.is_file()]
            if files and chance.random() < 0.5:
                damage(chance.choice(files), chance)
            running.start()
            progress.step()
        source.write(count, 1)
        receiver.wait_line(f"seq={count:012d}")
        progress.say(f"started {count} times")


def test_300_000_datagrams_a_second_arrive_or_are_counted(agent, receiver, tmp_path):
    """What the kernel threw away for want of room is counted, to the datagram."""
    source, seconds = SyslogUdp(), max(1, int(60 * SHARE))
    running = agent(config(source, receiver))
    sent = 300_000 * seconds
    with Flood(source, sent, 300_000) as flood, Progress("seconds", seconds) as progress:
        for _ in range(seconds):
            time.sleep(1)
            progress.step()
        flood.wait()

        def all_counted():
            dropped = running.metric("loki_source_syslog_udp_dropped_total")
            return receiver.stats()["distinct"] + dropped == sent
        wait_for("all datagrams to be counted", all_counted, 60)
        dropped = running.metric("loki_source_syslog_udp_dropped_total")
        progress.say(f"{sent} datagrams, {flood.rate:.0f} a second, {dropped:.0f} thrown away by the kernel and counted")
    assert receiver.stats()["repeated"] == 0
