"""What a backend may do × every source of logs: nothing is lost, repeats are bounded, counters add up.

A cell: lines are written while the backend misbehaves, the agent answers its control interface meanwhile, the
backend recovers, and all lines have come once and in order.
"""
import pytest
from backends import BACKENDS
from numbered import assert_exactly, wait_distinct
from programs import wait_for
from sources import SOURCES, quick_write

LINES = 200  # Few enough for the kernel's buffer of a UDP socket.


@pytest.fixture(params=SOURCES, ids=lambda kind: kind.name)
def source(request, tmp_path, dockerd):
    if reason := request.param.missing():
        pytest.skip(f"NOT TESTED: {reason}")
    with request.param(tmp_path, dockerd) as made:
        yield made


@pytest.mark.parametrize("name", [name for name, backend in BACKENDS.items() if backend.fails])
def test_a_backend_that_misbehaves_costs_no_line(agent, source, receiver, name):
    backend = BACKENDS[name]
    running = agent(source.config("loki.write.sink.receiver") + quick_write(receiver.url))
    source.write(0, LINES)
    wait_for("the first lines", lambda: receiver.stats()["distinct"] == LINES)
    wait_for("their acknowledgement", lambda: running.metric("loki_write_sent_entries_total") >= LINES)
    backend.begin(receiver)
    source.write(LINES, LINES)
    wait_for("tries that fail", lambda: running.metric("loki_write_batch_retries_total") >= 2)
    assert running.get("/-/ready")[0] == 200
    assert running.reload()[0] == 200
    assert running.metric("loki_write_dropped_entries_total") == 0
    backend.end(receiver)
    expected = LINES if backend.forgets else 2 * LINES
    stats = wait_distinct(receiver, expected)
    assert (stats["distinct"], stats["missing"], stats["out_of_order"]) == (expected, 0, 0), stats
    assert stats["repeated"] == 0 or backend.may_keep, stats
    # More than that: journald has lines of its own.
    wait_for("their acknowledgement", lambda: running.metric("loki_write_sent_entries_total") >= 2 * LINES)
    assert running.metric("loki_write_dropped_entries_total") == 0
    assert running.stop() == 0


def test_a_slow_backend_costs_no_line_and_slows_no_reload(agent, source, receiver):
    running = agent(source.config("loki.write.sink.receiver") + quick_write(receiver.url))
    BACKENDS["slow"].begin(receiver)
    for part in range(4):
        source.write(part * LINES, LINES)
        assert running.get("/-/ready")[0] == 200
        assert running.reload()[0] == 200
    assert_exactly(receiver, 4 * LINES)
    wait_for("their acknowledgement", lambda: running.metric("loki_write_sent_entries_total") >= 4 * LINES)
    assert running.metric("loki_write_batch_retries_total") == 0
    assert running.metric("loki_write_dropped_entries_total") == 0
    assert running.stop() == 0


def test_what_a_backend_refuses_costs_these_lines_and_no_other(agent, source, receiver):
    running = agent(source.config("loki.write.sink.receiver") + quick_write(receiver.url))
    backend = BACKENDS["partial"]
    refused = len(backend.refused)
    backend.begin(receiver)
    source.write(0, LINES)
    accepted = LINES - refused
    wait_distinct(receiver, accepted)
    wait_for("the drops", lambda: running.metric("loki_write_dropped_entries_total") >= refused)
    wait_for("an empty queue", lambda: running.metric("loki_write_queue_entries") == 0)
    assert running.get("/-/ready")[0] == 200
    assert running.reload()[0] == 200
    stats = receiver.stats()
    assert (stats["distinct"], stats["missing"]) == (accepted, refused), stats
    assert stats["missing_first"] == list(backend.refused)
    assert running.metric("loki_write_dropped_entries_total", reason="ingester_error") == refused
    assert running.metric("loki_write_dropped_entries_total") == refused
    received = running.metric("tributary_component_received_total", component_id="loki.write.sink")
    assert received == running.metric("loki_write_sent_entries_total") + refused
    # What came after them is taken once.
    backend.end(receiver)
    source.write(LINES, LINES)
    wait_distinct(receiver, accepted + LINES)
    assert running.stop() == 0
