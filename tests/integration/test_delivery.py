"""Nothing that can be read again is lost: outages, kills, full queues, wrong positions."""
from programs import wait_for

FILE = """
loki.source.file "logs" {{
	targets    = [{{"__path__" = "{path}", "job" = "numbers"}}]
	forward_to = [loki.write.sink.receiver]
}}

loki.write "sink" {{
	endpoint {{
		url                 = "{url}"
		batch_wait          = "100ms"
		min_backoff_period  = "50ms"
		max_backoff_period  = "200ms"
	}}
}}
"""


def write_numbered(path, first, count):
    with open(path, "a") as file:
        file.writelines(f"seq={n:012d} a line of ordinary length with some words in it\n"
                        for n in range(first, first + count))


def assert_exactly(receiver, count, seconds=60):
    """Waits for `count` numbered lines: each came once, in order, with no number left out between."""
    wait_for(f"{count} lines", lambda: receiver.stats()["lines"] >= count, seconds)
    stats = receiver.stats()
    assert (stats["lines"], stats["distinct"]) == (count, count), stats
    assert stats["repeated"] == stats["out_of_order"] == stats["missing"] == 0, stats


def test_an_outage_loses_and_repeats_nothing_and_keeps_the_order(agent, receiver, tmp_path):
    log = tmp_path / "numbers.log"
    write_numbered(log, 0, 50_000)
    receiver.post("/ctl?mode=500&for=3")
    running = agent(FILE.format(path=log, url=receiver.url))
    write_numbered(log, 50_000, 50_000)
    assert_exactly(receiver, 100_000)
    assert running.metric("loki_write_sent_entries_total") == 100_000
    assert running.metric("loki_write_batch_retries_total") > 0


def test_answers_that_a_person_can_put_right_cost_no_line(agent, receiver, tmp_path):
    log = tmp_path / "numbers.log"
    write_numbered(log, 0, 1_000)
    running = agent(FILE.format(path=log, url=receiver.url))
    wait_for("the first lines", lambda: receiver.stats()["lines"] >= 1_000)
    for number, status in enumerate((401, 403, 404, 407, 408, 429, 302), 1):
        receiver.post(f"/ctl?mode={status}")
        refused = receiver.stats()["refused"]
        write_numbered(log, 1_000 * number, 1_000)
        wait_for(f"a few {status}", lambda: receiver.stats()["refused"] >= refused + 4)
        wait_for("the complaint", lambda: f"HTTP {status}" in running.get("/-/healthy")[1])
        receiver.post("/ctl?mode=ok")
        wait_for("recovery", lambda: receiver.stats()["lines"] >= 1_000 * (number + 1))
    assert_exactly(receiver, 8_000)
    assert running.metric("loki_write_dropped_entries_total") == 0


def test_a_line_that_is_refused_costs_itself_only(agent, receiver, tmp_path):
    log = tmp_path / "numbers.log"
    write_numbered(log, 0, 5_000)
    with open(log, "a") as file:
        file.write("poison\n")
    write_numbered(log, 5_000, 5_000)
    receiver.post("/ctl?mode=400&match=poison")
    running = agent(FILE.format(path=log, url=receiver.url))
    assert_exactly(receiver, 10_000)
    wait_for("the drop to be counted", lambda: running.metric("loki_write_dropped_entries_total") == 1)


def test_a_tenant_with_a_line_break_stops_nobody(agent, receiver, tmp_path):
    log = tmp_path / "tenants.log"
    log.write_text('{"org":"good","n":1}\n{"org":"a\\nb","n":2}\n{"org":"good","n":3}\n')
    running = agent(FILE.format(path=log, url=receiver.url).replace(
        "loki.write.sink.receiver]", "loki.process.tenants.receiver]") + """
loki.process "tenants" {
	forward_to = [loki.write.sink.receiver]

	stage.json {
		expressions = {org = ""}
	}

	stage.tenant {
		source = "org"
	}
}
""")
    wait_for("both good lines", lambda: receiver.stats()["lines"] >= 2)
    wait_for("the drop to be counted", lambda: running.metric("loki_write_dropped_entries_total") == 1)
    assert receiver.stats()["lines"] == 2


def test_a_backend_that_is_down_at_start_is_waited_for(agent, receiver, tmp_path):
    log = tmp_path / "numbers.log"
    write_numbered(log, 0, 1_000)
    receiver.kill()
    running = agent(FILE.format(path=log, url=receiver.url))
    wait_for("failed tries", lambda: running.metric("loki_write_batch_retries_total") >= 2)
    receiver.start()
    assert_exactly(receiver, 1_000)


def test_kill_9_in_mid_flow_loses_nothing(agent, receiver, tmp_path):
    log = tmp_path / "numbers.log"
    total = 400_000
    write_numbered(log, 0, total)
    config = FILE.format(path=log, url=receiver.url)
    for kills in (1, 2, 3):
        running = agent(config)
        wait_for("some lines", lambda: receiver.stats()["lines"] >= total * kills // 5)
        running.kill()
    assert receiver.stats()["lines"] < total, "it was all delivered before the kills: nothing is tested"
    agent(config)
    wait_for("the last line", lambda: receiver.stats()["distinct"] >= total, 60)
    stats = receiver.stats()
    assert stats["distinct"] == total and stats["missing"] == 0
    # Each kill repeats at most what was in flight: the queue (10 MiB) and what its readers held.
    assert stats["repeated"] < 3 * 250_000


def test_kill_9_loses_no_line_of_a_block(agent, receiver, tmp_path):
    log = tmp_path / "blocks.log"
    total, tail = 100_000, "  at one place\n  at another place in the same program\n"
    with open(log, "w") as file:
        file.writelines(f"seq={n:012d} something went wrong\n{tail}" for n in range(total))
    config = FILE.format(path=log, url=receiver.url).replace(
        "loki.write.sink.receiver]", "loki.process.blocks.receiver]") + """
loki.process "blocks" {
	stage.multiline {
		firstline     = "^seq="
		max_wait_time = "500ms"
	}
	forward_to = [loki.write.sink.receiver]
}
"""
    kills = 2
    for kill in range(1, kills + 1):
        running = agent(config)
        wait_for("some blocks", lambda: receiver.stats()["lines"] >= total * kill // 5)
        running.kill()
    assert receiver.stats()["lines"] < total, "it was all delivered before the kills: nothing is tested"
    running = agent(config)
    wait_for("the last block", lambda: receiver.stats()["distinct"] >= total, 60)
    stats = receiver.stats()
    assert stats["distinct"] == total and stats["missing"] == 0, stats
    # Reading may go on within a block that was delivered: the rest of it then comes by itself.
    rests = stats["lines"] - stats["numbered"]
    assert rests <= 2 * kills, stats
    block = len(f"seq={0:012d} something went wrong\n{tail}") - 1
    assert stats["numbered"] * block <= stats["bytes"] <= stats["numbered"] * block + rests * 40, stats
    assert running.metric("tributary_component_held") == 0


def test_stopping_delivers_what_was_read(agent, receiver, tmp_path):
    log = tmp_path / "numbers.log"
    write_numbered(log, 0, 1)
    running = agent(FILE.format(path=log, url=receiver.url).replace('"100ms"', '"1m"'))
    # The first line after a quiet time goes at once; what comes within batch_wait after it waits.
    wait_for("the first line", lambda: receiver.stats()["lines"] == 1)
    write_numbered(log, 1, 1_999)
    wait_for("the file to be read",
             lambda: running.metric("loki_source_file_read_lines_total") >= 2_000)
    assert receiver.stats()["lines"] == 1
    assert running.stop() == 0
    assert_exactly(receiver, 2_000)


def test_stopping_does_not_wait_for_a_dead_backend(agent, receiver, tmp_path):
    log = tmp_path / "numbers.log"
    total = 400_000  # More than the queue holds: the reader waits for room.
    write_numbered(log, 0, total)
    config = FILE.format(path=log, url=receiver.url).replace(
        "batch_wait ", "queue_config {\n\t\t\tdrain_timeout = \"1s\"\n\t\t}\n\t\tbatch_wait ")
    receiver.post("/ctl?mode=500")
    running = agent(config)
    wait_for("a full queue", lambda: running.metric(
        "tributary_component_buffered_bytes", component_id="loki.write.sink") > 9e6)
    assert running.stop(seconds=10) == 0
    receiver.post("/ctl?mode=ok")
    agent(config)
    assert_exactly(receiver, total)


def test_a_restart_goes_on_where_it_was(agent, receiver, tmp_path):
    log = tmp_path / "numbers.log"
    config = FILE.format(path=log, url=receiver.url)
    for start in (0, 1_000, 2_000):
        write_numbered(log, start, 1_000)
        running = agent(config)
        wait_for("its lines", lambda: receiver.stats()["lines"] >= start + 1_000)
        assert running.stop() == 0
    assert_exactly(receiver, 3_000)


def test_a_torn_positions_file_is_survived(agent, receiver, tmp_path):
    log = tmp_path / "numbers.log"
    write_numbered(log, 0, 1_000)
    config = FILE.format(path=log, url=receiver.url)
    running = agent(config)
    wait_for("its lines", lambda: receiver.stats()["lines"] >= 1_000)
    running.stop()
    folder = running.storage / "loki.source.file.logs"
    damaged = [path for path in folder.iterdir() if path.is_file()]
    assert damaged, "there is no positions file"
    for path in damaged:
        path.write_bytes(b"\x00" * 100)
    write_numbered(log, 1_000, 10)
    agent(config)
    wait_for("the new lines", lambda: receiver.stats()["distinct"] >= 1_010)


def test_a_batch_that_is_refused_for_good_is_counted_and_passed_over(agent, receiver, tmp_path):
    log = tmp_path / "numbers.log"
    write_numbered(log, 0, 100)
    receiver.post("/ctl?mode=400")
    running = agent(FILE.format(path=log, url=receiver.url))
    wait_for("the drop to be counted", lambda: running.metric(
        "loki_write_dropped_entries_total", reason="ingester_error") == 100)
    receiver.post("/ctl?mode=ok")
    write_numbered(log, 100, 100)
    assert_exactly(receiver, 100)


def test_one_dead_endpoint_does_not_stop_the_other(agent, receiver, tmp_path):
    log = tmp_path / "numbers.log"
    write_numbered(log, 0, 2_000)
    config = FILE.format(path=log, url=receiver.url).replace(
        'loki.write "sink" {', 'loki.write "sink" {\n\tendpoint {\n\t\tname = "dead"\n'
        '\t\turl = "http://127.0.0.1:9/loki/api/v1/push"\n\t}\n')
    agent(config)
    assert_exactly(receiver, 2_000)
