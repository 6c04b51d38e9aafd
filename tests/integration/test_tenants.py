"""One tenant that the backend does not serve: the others get all their lines, and it gets its own once it is served."""
import pytest
from numbered import assert_exactly, wait_distinct
from programs import wait_for

CONFIG = """
loki.source.file "a" {{
	targets    = [{{"__path__" = "{folder}/a.log", "job" = "a"}}]
	forward_to = [loki.relabel.a.receiver]
}}

loki.relabel "a" {{
	forward_to = [loki.write.sink.receiver]

	rule {{
		target_label = "__tenant_id__"
		replacement  = "a"
	}}
}}

loki.source.file "b" {{
	targets    = [{{"__path__" = "{folder}/b.log", "job" = "b"}}]
	forward_to = [loki.relabel.b.receiver]
}}

loki.relabel "b" {{
	forward_to = [loki.write.sink.receiver]

	rule {{
		target_label = "__tenant_id__"
		replacement  = "b"
	}}
}}

loki.write "sink" {{
	endpoint {{
		url                = "{url}"
		batch_wait         = "50ms"
		batch_size         = "64KiB"
		remote_timeout     = "1s"
		min_backoff_period = "20ms"
		max_backoff_period = "100ms"
		queue_config {{
			capacity   = "1MiB"
			min_shards = {shards}
		}}
	}}
}}
"""
LINES = 30_000  # Of tenant a far more than the queue holds.


def write(folder, tenant, first, count):
    with open(folder / f"{tenant}.log", "a") as file:
        file.writelines(f"seq={n:012d} of-{tenant} and some words more\n" for n in range(first, first + count))


@pytest.mark.parametrize("shards", [1, 4])
@pytest.mark.parametrize("queue", ["0", "64MiB"])
@pytest.mark.parametrize("answer", ["429", "429&retry_after=1", "401", "403", "503", "stall"])
def test_a_tenant_that_is_not_served_does_not_hold_up_another(agent, receiver, tmp_path, answer, queue, shards):
    for tenant in "ab":
        write(tmp_path, tenant, 0, 0)
    receiver.post(f"/ctl?mode={answer}&match=of-a")
    running = agent(CONFIG.format(folder=tmp_path, url=receiver.url, shards=shards),
                    arguments=[f"--storage.queue-size={queue}"])
    write(tmp_path, "a", 0, LINES)
    wait_for("tries for tenant a", lambda: running.metric("loki_write_batch_retries_total") >= 1)
    wait_for("as much of tenant a as may wait", lambda: running.metric(
        "tributary_component_buffered_bytes", component_id="loki.write.sink") > 500_000)
    write(tmp_path, "b", LINES, LINES)
    assert wait_distinct(receiver, LINES)["distinct"] == LINES  # All of b, and nothing of a.
    wait_for("its trouble to show", lambda: running.get("/-/healthy")[0] != 200)
    receiver.post("/ctl?mode=ok")
    assert_exactly(receiver, 2 * LINES)
    wait_for("their acknowledgement", lambda: running.metric("loki_write_sent_entries_total") == 2 * LINES)
    assert running.metric("loki_write_dropped_entries_total") == 0
    assert running.stop() == 0
