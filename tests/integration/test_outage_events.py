"""What may happen to a source while its backend misbehaves × every source of logs × what the backend does: nothing that
can be read again is lost, repeats are bounded, and the control interface answers.

A cell: the backend answers 500, or never, until queue and outbox are full and the source reads no more; the event happens,
during which reloads answer within a second; the backend recovers, and all lines have come.

Of the other backends, of which each event would take minutes, each event meets one of every group (support/backends.py):
these cells go through the members of the groups, and through the sources of the event, in turn. There the source is not
full, only its lines wait. What cannot be read again (syslog) takes part in what leaves its socket alone; what a disk
queue keeps of it over a stop and a kill, test_disk_queue.py says.
"""
import shutil
import threading
import time

import pytest
from backends import BACKENDS, GROUPS
from numbered import wait_distinct
from programs import TIME_FACTOR, free_port, wait_for
from sources import SOURCES, Docker, File, Journal, SyslogTcp, SyslogUdp

WRITE = """
loki.write "{name}" {{
	endpoint {{
		url                = "{url}"
		batch_wait         = "50ms"
		batch_size         = "64KiB"
		remote_timeout     = "1s"
		min_backoff_period = "20ms"
		max_backoff_period = "100ms"

		queue_config {{
			capacity      = "64KiB"
			drain_timeout = "1s"
		}}
	}}
}}
"""
FIRST = 50
# Enough to fill the queue of the sink and, where the source has one, its outbox of 2 MiB. Of datagrams no more than the
# kernel keeps.
FILL = {File: 60_000, SyslogTcp: 60_000, Journal: 1_000, Docker: 2_000, SyslogUdp: 200}
SOME = 200
FULL_WITH = ("500", "black-hole")
# What was on its way at a kill, or when a sink was taken away, may come twice.
IN_FLIGHT = 60_000


class Cell:
    """An agent whose backend misbehaves and whose lines wait, and what happens to them."""

    def __init__(self, agent, source, receiver, backend, fill):
        self.agent, self.source, self.receiver = agent, source, receiver
        self.backend = backend
        self.is_full = fill > SOME  # So that the source reads no more.
        self.written = self.forgotten = 0
        self.running = agent(self.config())
        self.write(FIRST)
        wait_for("the first lines", lambda: receiver.stats()["distinct"] == FIRST)
        self.misbehave()
        self.writer = threading.Thread(target=self.write, args=(fill,))
        self.writer.start()
        wait_for("trouble", self.has_trouble)
        if self.is_full:
            wait_for("a queue that takes no more", self.is_stuck)

    def has_trouble(self):
        if self.backend.fails:
            return self.running.metric("loki_write_batch_retries_total") >= 1
        if self.backend.refused:
            return self.running.metric("loki_write_dropped_entries_total") == len(self.backend.refused)
        return self.running.metric("tributary_component_buffered", component_id="loki.write.sink") > 0

    def is_stuck(self):
        before = self.received()
        time.sleep(0.3)
        return FIRST < before == self.received()

    def received(self):
        return self.running.metric("tributary_component_received_total", component_id="loki.write.sink")

    def config(self, source=None, write=None):
        if source is None:
            source = self.source.config("loki.write.sink.receiver")
        if write is None:
            write = WRITE.format(name="sink", url=self.receiver.url)
        return source + write

    def write(self, count):
        first, self.written = self.written, self.written + count
        self.source.write(first, count)

    def reload(self, *config, **parts):
        begin = time.monotonic()
        status, text = self.running.reload(self.config(*config, **parts))
        assert status == 200, text
        assert self.running.get("/-/ready")[0] == 200
        assert time.monotonic() - begin < TIME_FACTOR

    def misbehave(self):
        """The receiver has all that was written."""
        if self.backend.forgets:
            self.forgotten = self.written
        self.backend.begin(self.receiver)

    def recover(self):
        self.backend.end(self.receiver)

    def expected(self):
        """How many lines the receiver has in the end, at least."""
        return self.written - self.forgotten - len(self.backend.refused)

    def finish(self):
        self.writer.join(60)
        assert not self.writer.is_alive()
        return wait_distinct(self.receiver, self.expected())


def rotated_twice(cell):
    cell.writer.join()
    for _ in range(2):
        cell.source.rotate()
        cell.write(10)
    cell.recover()


def rotated_while_stopped(cell):
    cell.writer.join()
    assert cell.running.stop() == 0
    for _ in range(2):
        cell.source.rotate()
        cell.write(10)
    cell.recover()
    cell.running.start()


def copied_and_truncated(cell):
    cell.writer.join()
    for _ in range(2):
        shutil.copy(cell.source.path, cell.source.next_name())
        open(cell.source.path, "w").close()
        cell.write(10)
        if not cell.is_full:  # Copied before the agent looks: a test of the source has that.
            wait_for("lines that were read", lambda: cell.received() == cell.written)
    cell.recover()


def target_gone_and_back(cell):
    source = cell.source.config("loki.write.sink.receiver")
    head, _, rest = source.partition("[")
    cell.reload(source=head + "[" + rest[rest.index("]"):])
    cell.reload()
    cell.recover()


def upstream_renamed(cell):
    cell.source.match = "before"
    cell.reload()
    cell.source.match = "after"
    cell.reload()
    cell.recover()


def listener_added(cell):
    port = free_port()
    source = cell.source.config("loki.write.sink.receiver")
    listener = source[source.index("\tlistener {"):source.index("\tforward_to")]
    cell.reload(source=source.replace(listener, listener + listener.replace(str(cell.source.port), str(port))))
    wait_for("the new listener", lambda: cell.source.listens(port), 2)
    cell.recover()


def listener_moved(cell):
    source = cell.source.config("loki.write.sink.receiver")
    moved = source.replace('loki.source.syslog "in"', 'loki.source.syslog "elsewhere"')
    cell.recover()  # Its connections are closed by the move: what is on them must have been read.
    cell.finish()
    before = cell.received()
    cell.misbehave()
    cell.write(10)
    cell.source.socket.close()
    cell.source.socket = None
    wait_for("lines that were read", lambda: cell.received() == before + 10)
    cell.reload(source=moved)
    cell.write(10)
    cell.recover()


def container_restarted(cell):
    cell.writer.join()
    cell.source.docker.run("restart", "-t", "0", cell.source.container)
    cell.write(10)
    cell.recover()


def container_removed(cell):
    cell.writer.join()
    # What was not read of it is gone with it.
    wait_for("all of its lines", lambda: cell.running.metric(
        "loki_source_docker_target_entries_total") == cell.written)
    cell.source.docker.run("rm", "-f", cell.source.container)
    cell.source.start_another()
    cell.write(10)
    cell.recover()


def token_mended(cell):
    cell.reload(write=WRITE.format(name="sink", url=cell.receiver.url).replace(
        "batch_wait", 'bearer_token = "of yesterday"\n\t\tbatch_wait', 1))
    cell.reload(write=WRITE.format(name="sink", url=cell.receiver.url).replace(
        "batch_wait", 'bearer_token = "of today"\n\t\tbatch_wait', 1))
    cell.recover()


def sink_mended(cell):
    cell.reload(write=WRITE.format(name="sink", url=cell.receiver.url.replace("/loki/", "/wrong/")))
    cell.reload()
    cell.recover()


def sinks_removed(cell):
    source = cell.source.config("loki.write.other.receiver")
    cell.recover()
    cell.reload(source=source, write=WRITE.format(name="other", url=cell.receiver.url))


def agent_stopped(cell):
    cell.writer.join()
    assert cell.running.stop() == 0
    cell.recover()
    cell.running.start()


def agent_killed(cell):
    cell.writer.join()
    cell.running.kill()
    cell.recover()
    cell.running.start()


READ_AGAIN = (File, Journal, Docker)
SYSLOG = (SyslogTcp, SyslogUdp)
# The sources that an event concerns, and whether lines may come twice.
EVENTS = {
    rotated_twice: ((File,), False),
    rotated_while_stopped: ((File,), True),
    copied_and_truncated: ((File,), False),
    target_gone_and_back: ((File,), True),
    upstream_renamed: ((File,), True),
    listener_added: (SYSLOG, False),
    listener_moved: (SYSLOG, False),
    container_restarted: ((Docker,), False),
    container_removed: ((Docker,), False),
    sink_mended: (SOURCES, False),
    token_mended: (SOURCES, False),
    sinks_removed: (READ_AGAIN, True),
    agent_stopped: (READ_AGAIN, True),
    agent_killed: (READ_AGAIN, True),
}


def full_cells():
    for event, (kinds, _) in EVENTS.items():
        for kind in kinds:
            for backend in FULL_WITH:
                yield event, kind, backend, FILL[kind]


def other_cells():
    for number, (event, (kinds, _)) in enumerate(EVENTS.items()):
        for turn, group in enumerate(GROUPS.values()):
            others = [name for name in group if name not in FULL_WITH]
            yield event, kinds[(number + turn) % len(kinds)], others[number % len(others)], SOME


@pytest.mark.parametrize("event, kind, backend, fill", [
    pytest.param(*cell, id=f"{cell[0].__name__}-{cell[1].name}-{cell[2]}") for cell in (*full_cells(), *other_cells())])
def test_an_event_during_an_outage_costs_no_line(agent, receiver, tmp_path, dockerd, event, kind, backend, fill):
    if reason := kind.missing():
        pytest.skip(f"NOT TESTED: {reason}")
    backend, may_repeat = BACKENDS[backend], EVENTS[event][1]
    with kind(tmp_path, dockerd) as source:
        cell = Cell(agent, source, receiver, backend, fill)
        event(cell)
        stats = cell.finish()
        # Some of what the receiver has forgotten may come again.
        assert stats["distinct"] <= (cell.written if may_repeat and backend.forgets else cell.expected()), stats
        assert stats["missing"] == len(backend.refused), stats
        assert stats["repeated"] <= (IN_FLIGHT if may_repeat or backend.may_keep else 0), stats
        # What is read again is refused again.
        refused = len(backend.refused) * (2 if may_repeat else 1)
        assert cell.running.metric("loki_write_dropped_entries_total") <= refused
        assert cell.running.get("/-/ready")[0] == 200
        assert cell.running.stop() == 0
