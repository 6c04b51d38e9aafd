"""Backends and proxies that break HTTP: no line is lost or repeated, none is dropped, the agent answers, and its
memory stays bounded."""
import time

import pytest
from hostile import AFTER_REQUEST, AT_FIRST_BYTE, AT_HANDSHAKE, IN_TLS, Hostile, server_context
from numbered import assert_exactly
from programs import TIME_FACTOR, wait_for
from sources import File, quick_write

TLS = """

		tls_config {
			insecure_skip_verify = true
		}"""
LINES = 5_000  # More than a socket's buffer takes, for what is answered before it was read.
GROWTH_MAX = 64 << 20


@pytest.fixture
def hostile(receiver):
    with Hostile(receiver.port) as running:
        yield running


def resident(program):
    with open(f"/proc/{program.process.pid}/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmRSS:"))


def answers_at_once(running, path):
    begin = time.monotonic()
    assert running.get(path)[0] == 200
    assert time.monotonic() - begin < TIME_FACTOR


@pytest.mark.parametrize("mode", [*AFTER_REQUEST, *AT_FIRST_BYTE])
def test_a_backend_that_breaks_http_costs_no_line(agent, tmp_path, receiver, hostile, mode):
    breaks(agent, tmp_path, receiver, hostile, mode, tls="")


@pytest.mark.parametrize("mode", [*AT_HANDSHAKE, *IN_TLS, *AT_FIRST_BYTE, "closes", "resets", "cut-body"])
def test_a_backend_that_breaks_tls_costs_no_line(agent, tmp_path, receiver, mode):
    with Hostile(receiver.port, server_context(tmp_path)) as hostile:
        breaks(agent, tmp_path, receiver, hostile, mode, tls=TLS)


def breaks(agent, tmp_path, receiver, hostile, mode, tls):
    source = File(tmp_path, None)
    running = agent(source.config("loki.write.sink.receiver") + quick_write(hostile.url, tls))
    source.write(0, LINES)
    wait_for("the first lines", lambda: receiver.stats()["distinct"] == LINES)
    memory = resident(running)
    hostile.mode = mode
    source.write(LINES, LINES)
    wait_for("tries that fail", lambda: running.metric("loki_write_batch_retries_total") >= 2)
    answers_at_once(running, "/-/ready")
    assert resident(running) < memory + GROWTH_MAX
    hostile.mode = ""
    assert_exactly(receiver, 2 * LINES)
    wait_for("an empty queue", lambda: running.metric("loki_write_queue_entries") == 0)
    assert running.metric("loki_write_dropped_entries_total") == 0
    wait_for("their count", lambda: running.metric("loki_write_sent_entries_total") == 2 * LINES)
    assert running.stop() == 0
