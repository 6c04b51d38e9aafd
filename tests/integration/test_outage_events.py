"""What may happen to a source while its backend is down × every source of logs: nothing that can be read again is
lost, repeats are bounded, and the control interface answers.

A cell: the backend answers 500, or never, until queue and outbox are full and the source reads no more; the event happens,
during which reloads answer within a second; the backend recovers, and all lines have come.
"""
import shutil
import socket
import threading
import time

import pytest
from numbered import wait_distinct
from programs import TIME_FACTOR, free_port, wait_for
from sources import SOURCES, Docker, File, Journal, SyslogTcp

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
# Enough to fill the queue of the sink and, where the source has one, its outbox of 2 MiB.
FILL = {File: 60_000, SyslogTcp: 60_000, Journal: 1_000, Docker: 2_000}
# What was on its way at a kill, or when a sink was taken away, may come twice.
IN_FLIGHT = 60_000


class Cell:
    """An agent whose backend is down and whose source is full, and what happens to them."""

    def __init__(self, agent, source, receiver, backend):
        self.agent, self.source, self.receiver = agent, source, receiver
        self.backend = backend
        self.written = 0
        self.running = agent(self.config())
        self.write(FIRST)
        wait_for("the first lines", lambda: receiver.stats()["distinct"] == FIRST)
        receiver.post(f"/ctl?mode={backend}")
        self.writer = threading.Thread(target=self.write, args=(FILL[type(source)],))
        self.writer.start()
        wait_for("tries that fail", lambda: self.running.metric("loki_write_batch_retries_total") >= 2)
        wait_for("a queue that takes no more", self.is_stuck)

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

    def recover(self):
        self.receiver.post("/ctl?mode=ok")

    def finish(self):
        self.writer.join(60)
        assert not self.writer.is_alive()
        return wait_distinct(self.receiver, self.written)


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
    wait_for("the new listener", lambda: socket.create_connection(("127.0.0.1", port), timeout=1), 2).close()
    cell.recover()


def listener_moved(cell):
    source = cell.source.config("loki.write.sink.receiver")
    moved = source.replace('loki.source.syslog "in"', 'loki.source.syslog "elsewhere"')
    cell.recover()  # Its connections are closed by the move: what is on them must have been read.
    cell.finish()
    cell.receiver.post(f"/ctl?mode={cell.backend}")
    cell.write(10)
    cell.source.socket.close()
    cell.source.socket = None
    wait_for("lines that wait", lambda: cell.running.metric(
        "tributary_component_buffered", component_id="loki.write.sink") == 10)
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
ALL = (*READ_AGAIN, SyslogTcp)
# The sources that an event concerns, and whether lines may come twice.
EVENTS = {
    rotated_twice: ((File,), False),
    rotated_while_stopped: ((File,), True),
    copied_and_truncated: ((File,), False),
    target_gone_and_back: ((File,), True),
    upstream_renamed: ((File,), True),
    listener_added: ((SyslogTcp,), False),
    listener_moved: ((SyslogTcp,), False),
    container_restarted: ((Docker,), False),
    container_removed: ((Docker,), False),
    sink_mended: (ALL, False),
    token_mended: (ALL, False),
    sinks_removed: (READ_AGAIN, True),
    agent_stopped: (READ_AGAIN, True),
    agent_killed: (READ_AGAIN, True),
}
CELLS = [pytest.param(kind, event, id=f"{event.__name__}-{kind.name}")
         for event, (kinds, _) in EVENTS.items() for kind in SOURCES if kind in kinds]


@pytest.mark.parametrize("backend", ["500", "stall"])
@pytest.mark.parametrize("kind, event", CELLS)
def test_an_event_during_an_outage_costs_no_line(agent, receiver, tmp_path, dockerd, kind, event, backend):
    if reason := kind.missing():
        pytest.skip(f"NOT TESTED: {reason}")
    with kind(tmp_path, dockerd) as source:
        cell = Cell(agent, source, receiver, backend)
        event(cell)
        stats = cell.finish()
        assert (stats["distinct"], stats["missing"]) == (cell.written, 0), stats
        assert stats["repeated"] <= (IN_FLIGHT if EVENTS[event][1] else 0), stats
        assert cell.running.metric("loki_write_dropped_entries_total") == 0
        assert cell.running.get("/-/ready")[0] == 200
        assert cell.running.stop() == 0
