"""What a backend may do × every source of logs: nothing is lost, repeats are bounded, counters add up.

A cell: lines are written while the backend misbehaves, the agent answers its control interface meanwhile, the
backend recovers, and all lines have come once and in order.
"""
import pytest
from numbered import assert_exactly, wait_distinct
from programs import wait_for
from sources import SOURCES, quick_write

LINES = 200  # Few enough for the kernel's buffer of a UDP socket.
REFUSED = 10


def refuse(receiver):
    receiver.kill()
    return receiver.start


def answer(mode):
    def misbehave(receiver):
        receiver.post(f"/ctl?mode={mode}")
        return lambda: receiver.post("/ctl?mode=ok")
    return misbehave


# How a backend misbehaves, and whether it may have kept what it did not acknowledge.
BACKENDS = {
    "refused": (refuse, False),
    "black-hole": (answer("stall"), False),
    "closes": (answer("drop"), False),
    "301": (answer("301"), False),
    "401": (answer("401"), False),
    "403": (answer("403"), False),
    "404": (answer("404"), False),
    "407": (answer("407"), False),
    "408": (answer("408"), False),
    "429": (answer("429"), False),
    "429-retry-after": (answer("429&retry_after=1"), False),
    "500": (answer("500"), False),
    "502": (answer("502"), False),
    "502-page": (answer("502&page=1"), False),
    "200-page": (answer("200&page=1"), False),
    "400-page": (answer("400&page=1"), False),
    "503-retry-after": (answer("503&retry_after=1"), False),
    "takes-and-fails": (answer("lostack"), True),
}


@pytest.fixture(params=SOURCES, ids=lambda kind: kind.name)
def source(request, tmp_path, dockerd):
    if reason := request.param.missing():
        pytest.skip(f"NOT TESTED: {reason}")
    with request.param(tmp_path, dockerd) as made:
        yield made


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_backend_that_misbehaves_costs_no_line(agent, source, receiver, backend):
    misbehave, may_keep = BACKENDS[backend]
    running = agent(source.config("loki.write.sink.receiver") + quick_write(receiver.url))
    source.write(0, LINES)
    wait_for("the first lines", lambda: receiver.stats()["distinct"] == LINES)
    wait_for("their acknowledgement", lambda: running.metric("loki_write_sent_entries_total") >= LINES)
    recover = misbehave(receiver)
    source.write(LINES, LINES)
    wait_for("tries that fail", lambda: running.metric("loki_write_batch_retries_total") >= 2)
    assert running.get("/-/ready")[0] == 200
    assert running.reload()[0] == 200
    assert running.metric("loki_write_dropped_entries_total") == 0
    recover()
    # A receiver that was started again remembers nothing of before.
    expected = LINES if backend == "refused" else 2 * LINES
    stats = wait_distinct(receiver, expected)
    assert (stats["distinct"], stats["missing"], stats["out_of_order"]) == (expected, 0, 0), stats
    assert stats["repeated"] == 0 or may_keep, stats
    # More than that: journald has lines of its own.
    wait_for("their acknowledgement", lambda: running.metric("loki_write_sent_entries_total") >= 2 * LINES)
    assert running.metric("loki_write_dropped_entries_total") == 0
    assert running.stop() == 0


def test_a_slow_backend_costs_no_line_and_slows_no_reload(agent, source, receiver):
    running = agent(source.config("loki.write.sink.receiver") + quick_write(receiver.url))
    receiver.post("/ctl?mode=slow")
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
    # It takes all but ten of the lines, and answers 400 that names none of them.
    refused = "seq=00000000015"
    receiver.post(f"/ctl?mode=partial&match={refused}")
    source.write(0, LINES)
    accepted = LINES - REFUSED
    wait_distinct(receiver, accepted)
    wait_for("the drops", lambda: running.metric("loki_write_dropped_entries_total") >= REFUSED)
    wait_for("an empty queue", lambda: running.metric("loki_write_queue_entries") == 0)
    assert running.get("/-/ready")[0] == 200
    assert running.reload()[0] == 200
    stats = receiver.stats()
    assert (stats["distinct"], stats["missing"]) == (accepted, REFUSED), stats
    assert not [line for line in receiver.lines() if refused in line["line"]]
    assert running.metric("loki_write_dropped_entries_total", reason="ingester_error") == REFUSED
    assert running.metric("loki_write_dropped_entries_total") == REFUSED
    received = running.metric("tributary_component_received_total", component_id="loki.write.sink")
    assert received == running.metric("loki_write_sent_entries_total") + REFUSED
    # What came after them is taken once.
    receiver.post("/ctl?mode=ok")
    source.write(LINES, LINES)
    wait_distinct(receiver, accepted + LINES)
    assert running.stop() == 0
