"""loki.source.api: others push lines to it, an agent among them."""
import gzip
import json
import threading
import urllib.error
import urllib.request

import pytest

from numbered import assert_complete, assert_exactly
from programs import Agent, free_port, wait_for
from sources import File, quick_write

CONFIG = """
loki.relabel "pushed" {{
	forward_to = []

	rule {{
		source_labels = ["app"]
		regex         = "unwanted"
		action        = "drop"
	}}

	rule {{
		source_labels = ["app"]
		target_label  = "service"
	}}
}}

loki.source.api "in" {{
	http {{
		listen_address = "127.0.0.1"
		listen_port    = {port}
	}}
	labels                 = {{"site" = "lab"}}
	relabel_rules          = loki.relabel.pushed.rules
	use_incoming_timestamp = {times}
	max_send_message_size  = "1MiB"
	forward_to             = [loki.write.sink.receiver]
}}
"""


@pytest.fixture
def port():
    return free_port()


def config(port, receiver, times="true"):
    return CONFIG.format(port=port, times=times) + quick_write(receiver.url)


def post(port, path, body, **headers):
    """(status, text) of a request; a header's name has _ for -."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=body, method="POST",
                                     headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def push(port, *streams, **headers):
    """Pushes streams, each of which is (labels, [(time in ns, line), ...])."""
    body = {"streams": [{"stream": labels, "values": [[str(time), line] for time, line in values]}
                        for labels, values in streams]}
    return post(port, "/loki/api/v1/push", json.dumps(body).encode(), Content_Type="application/json", **headers)


def test_streams_arrive_with_labels_times_and_tenant(agent, receiver, port):
    running = agent(config(port, receiver))
    assert push(port, ({"app": "a", "__own": "x"}, [(1_700_000_000_000_000_001, "first")]),
                ({"app": "unwanted"}, [(1, "not this")]), X_Scope_OrgID="blue") == (204, "")
    line = receiver.wait_line("first")
    assert line["labels"] == {"app": "a", "service": "a", "site": "lab"}
    assert int(line["timestamp"]) == 1_700_000_000_000_000_001
    assert line["tenant"] == "blue"
    assert [one["line"] for one in receiver.lines()] == ["first"]
    assert running.metric("tributary_component_dropped_total", reason="relabel_rule") == 1
    assert running.metric("loki_source_api_entries_written") == 1


def test_what_is_wrong_is_said_and_costs_the_others_nothing(agent, receiver, port):
    running = agent(config(port, receiver))
    status, text = push(port, ({"a-b": "c"}, [(1, "lost")]), ({"app": "a"}, [(2, "kept")]))
    assert status == 400 and '"a-b" is not the name of a label' in text and "entries refused: 1" in text
    receiver.wait_line("kept")
    assert running.metric("tributary_component_dropped_total", reason="invalid_labels") == 1
    for path, body, headers, want in (
            ("/loki/api/v1/push", b"{", {"Content_Type": "application/json"}, (400, "the body is not a JSON object")),
            ("/loki/api/v1/push", b"x", {"Content_Type": "application/x-protobuf"}, (400, "snappy: ")),
            ("/loki/api/v1/push", b"x", {"Content_Type": "json"}, (400, 'the Content-Type "json" cannot be read')),
            ("/api/v1/raw", b"x", {"Content_Encoding": "br"}, (400, "the Content-Encoding br is not")),
            ("/api/v1/raw", gzip.compress(b"x" * (2 << 20)), {"Content_Encoding": "gzip"}, (413, "gzip: ")),
            ("/api/v1/nowhere", b"x", {}, (404, "no such path"))):
        status, text = post(port, path, body, **headers)
        assert (status, text[:len(want[1])]) == want, (path, text)


def test_raw_lines_have_the_labels_of_the_configuration(agent, receiver, port):
    agent(config(port, receiver))
    assert post(port, "/loki/api/v1/raw", gzip.compress(b"one\r\n\ntwo\n"), Content_Encoding="gzip")[0] == 204
    receiver.wait_line("two")
    assert [(one["line"], one["labels"]) for one in receiver.lines()] == [
        ("one", {"site": "lab"}), ("two", {"site": "lab"})]


def test_another_agent_pushes_and_an_outage_costs_no_line(agent, receiver, port, tmp_path):
    """Protobuf as loki.write sends it; its backend here is an agent whose own backend is down for a while."""
    agent(config(port, receiver))
    source, count = File(tmp_path, None), 5_000
    sender = Agent(tmp_path, source.config("loki.write.sink.receiver") +
                   quick_write(f"http://127.0.0.1:{port}/loki/api/v1/push"), name="sender")
    try:
        sender.start()
        source.write(0, count)
        assert_exactly(receiver, count)
        receiver.post("/ctl?mode=500&for=2")
        source.write(count, count)
        assert_complete(receiver, 2 * count)
        assert all(line["labels"]["site"] == "lab" for line in receiver.lines(limit=100))
    finally:
        sender.kill()


def test_a_request_is_answered_when_its_lines_are_delivered(agent, receiver, port):
    running = agent(config(port, receiver, times="false"))
    receiver.post("/ctl?mode=500")
    answers = []
    thread = threading.Thread(target=lambda: answers.append(post(port, "/api/v1/raw", b"waits")[0]))
    thread.start()
    wait_for("the line to be on its way", lambda: running.metric("loki_source_api_entries_written") == 1)
    assert not answers
    receiver.post("/ctl?mode=ok")
    thread.join()
    assert answers == [204]
    receiver.wait_line("waits")
