"""OTLP over HTTP, from a client to a backend: what arrives, what is refused, and what an outage does."""
import base64
import gzip
import json
import threading
import zlib

import pytest
from otlp import (Backend, encode, fields, free_port, gauges, inner, names_of_spans, post, records, request, span,
                  spans)
from programs import wait_for

CONFIG = """
otelcol.receiver.otlp "in" {{
	http {{
		endpoint = "127.0.0.1:{port}"
{http}
	}}

	output {{
		traces  = [{next}.input]
		metrics = [{next}.input]
		logs    = [{next}.input]
	}}
}}

otelcol.processor.batch "all" {{
	timeout = "50ms"

	output {{
		traces  = [otelcol.exporter.otlphttp.out.input]
		metrics = [otelcol.exporter.otlphttp.out.input]
		logs    = [otelcol.exporter.otlphttp.out.input]
	}}
}}

otelcol.exporter.otlphttp "out" {{
	client {{
		endpoint = "{url}"
		timeout  = "2s"
	}}

	retry_on_failure {{
		initial_interval = "50ms"
		max_interval     = "200ms"
	}}
{more}
}}
"""


def config(port, url, http="", more="", next="otelcol.processor.batch.all"):
    return CONFIG.format(port=port, url=url, http=http, more=more, next=next)


@pytest.fixture
def port():
    return free_port()


def test_what_is_sent_arrives_in_every_signal_and_encoding(agent, port):
    with Backend() as backend:
        agent(config(port, backend.url))
        sent = spans("a", "b")
        assert post(port, "traces", sent)[0] == 200
        assert post(port, "traces", gzip.compress(spans("c")), Content_Encoding="gzip")[0] == 200
        assert post(port, "traces", zlib.compress(spans("d")), Content_Encoding="deflate")[0] == 200
        text = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [{
            "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "name": "e",
            "startTimeUnixNano": "1", "endTimeUnixNano": "2"}]}]}]})
        status, headers, body = post(port, "traces", text.encode(), Content_Type="application/json; charset=utf-8")
        assert (status, headers["Content-Type"], body) == (200, "application/json", b"{}")
        assert post(port, "metrics", gauges("g", 1, 2, 3))[0] == 200
        assert post(port, "logs", records("one", "two"))[0] == 200
        assert sorted(backend.spans()) == ["a", "b", "c", "d", "e"]
        assert sent in backend.kept["traces"][0]
        assert inner(backend.kept["metrics"][0], 1, 2, 2, 1) == [b"g"]
        assert inner(backend.kept["logs"][0], 1, 2, 2, 5, 1) == [b"one", b"two"]


def test_unknown_fields_and_flags_survive(agent, port):
    with Backend() as backend:
        agent(config(port, backend.url))
        sent = request([span("a", extra=[(99, "later"), (16, 0)])]) + encode([(77, "of the request")])
        # flags is fixed32: two bytes of key, then 0x301.
        sent = sent.replace(b"\x80\x01\x00", b"\x85\x01\x01\x03\x00\x00") if b"\x80\x01\x00" in sent else sent
        assert post(port, "traces", request([span("a", extra=[(99, "later")])]) + encode([(77, "x")]))[0] == 200
        assert inner(backend.kept["traces"][0], 1, 2, 2, 99) == [b"later"]
        assert inner(backend.kept["traces"][0], 77) == [b"x"]


@pytest.mark.parametrize("what, status, path, body, headers", [
    ("path", 404, "/v1/traces/", b"", {}),
    ("type", 415, "traces", b"", {"Content_Type": "text/plain"}),
    ("no type", 415, "traces", b"", {"Content_Type": None}),
    ("encoding", 400, "traces", b"", {"Content_Encoding": "br"}),
    ("not gzip", 400, "traces", b"text", {"Content_Encoding": "gzip"}),
    ("cut gzip", 400, "traces", gzip.compress(spans("a"))[:-9], {"Content_Encoding": "gzip"}),
    ("bomb", 413, "traces", gzip.compress(bytes(64 << 20)), {"Content_Encoding": "gzip"}),
    ("not protobuf", 400, "traces", b"<html>", {}),
    ("trace id", 400, "traces", request([span("a", trace=b"t" * 15)]), {}),
    ("not JSON", 400, "traces", b"[]", {"Content_Type": "application/json"}),
    ("empty JSON", 400, "traces", b"", {"Content_Type": "application/json"}),
])
def test_what_nobody_can_take_is_refused(agent, port, what, status, path, body, headers):
    with Backend() as backend:
        running = agent(config(port, backend.url))
        got, _, answer = post(port, path, body, **headers)
        assert got == status, answer
        assert answer, "the sender must hear why"
        assert post(port, "traces", b"")[0] == 200  # No items: nothing to do.
        assert post(port, "traces", spans("good"))[0] == 200
        assert backend.spans() == ["good"]
        assert running.get("/-/healthy")[0] == 200


def test_errors_are_in_the_encoding_of_the_request(agent, port):
    with Backend() as backend:
        agent(config(port, backend.url))
        status, headers, body = post(port, "traces", b'{"resourceSpans": 1}', Content_Type="application/json")
        assert (status, headers["Content-Type"]) == (400, "application/json")
        assert json.loads(body)["code"] == 3 and json.loads(body)["message"]
        _, headers, body = post(port, "traces", b"\xff")
        assert headers["Content-Type"] == "application/x-protobuf"
        assert dict(fields(body))[1] == 3


def test_a_request_is_answered_when_the_backend_has_it(agent, port):
    is_up = threading.Event()
    with Backend(lambda signal, body: 200 if is_up.is_set() else (503, {"Retry-After": "0"}, b"busy")) as backend:
        agent(config(port, backend.url))
        answers = []
        client = threading.Thread(target=lambda: answers.append(post(port, "traces", spans("a"))[0]))
        client.start()
        wait_for("two tries", lambda: len(backend.requests) >= 2)
        assert not answers
        is_up.set()
        client.join(30)
        assert answers == [200]
        assert backend.spans() == ["a"]


def test_one_bad_span_costs_no_other(agent, port):
    with Backend(lambda signal, body: 400 if b"poison" in body else 200) as backend:
        running = agent(config(port, backend.url))
        names = [f"s{i}" for i in range(20)]
        names[7] = "poison"
        assert post(port, "traces", spans(*names))[0] == 200
        assert sorted(backend.spans()) == sorted(set(names) - {"poison"})
        assert running.metric("tributary_component_dropped_total", component_id="otelcol.exporter.otlphttp.out") == 1


def test_what_the_backend_rejects_of_a_request_is_counted_and_not_sent_again(agent, port):
    partial = encode([(1, [(1, 3), (2, "three are too old")])])
    with Backend(lambda signal, body: (200, {"Content-Type": "application/x-protobuf"}, partial)) as backend:
        running = agent(config(port, backend.url))
        assert post(port, "traces", spans("a", "b", "c", "d"))[0] == 200
        assert len(backend.requests) == 1
        assert running.metric("tributary_component_dropped_total", component_id="otelcol.exporter.otlphttp.out") == 3
        assert running.metric("tributary_component_sent_total", component_id="otelcol.exporter.otlphttp.out") == 1


def test_a_backend_that_refuses_one_signal_does_not_hold_up_the_others(agent, port):
    with Backend(lambda signal, body: 503 if signal == "traces" else 200) as backend:
        agent(config(port, backend.url), arguments=["--storage.queue-size=64MiB"])
        assert post(port, "traces", spans("a"))[0] == 200  # It is on disk.
        for i in range(5):
            assert post(port, "logs", records(f"line {i}"))[0] == 200
        wait_for("the logs", lambda: sum(len(inner(body, 1, 2, 2)) for body in backend.kept["logs"]) == 5)
        assert not backend.kept["traces"]


def test_what_was_accepted_survives_a_kill(agent, port):
    is_up = threading.Event()
    with Backend(lambda signal, body: 200 if is_up.is_set() else 503) as backend:
        running = agent(config(port, backend.url), arguments=["--storage.queue-size=64MiB"])
        for i in range(20):
            assert post(port, "traces", spans(f"s{i}"))[0] == 200
        running.kill()
        is_up.set()
        running.start()
        assert set(backend.wait_spans(20)) == {f"s{i}" for i in range(20)}


def test_while_there_is_no_room_senders_are_told_to_try_again(agent, port):
    is_up = threading.Event()
    # Nothing is accepted: what comes waits in memory until there is no more room for it.
    with Backend(lambda signal, body: 200 if is_up.is_set() else 503) as backend:
        agent(config(port, backend.url, more="\tsending_queue {\n\t\tqueue_size = 1\n\t}"),
              arguments=["--memory.limit=8MiB"])
        big = spans(*["x" * 1000 for _ in range(1000)])
        answers = []
        clients = [threading.Thread(target=lambda: answers.append(post(port, "traces", big)[:2])) for _ in range(40)]
        for client in clients:
            client.start()
        wait_for("a refusal", lambda: any(status == 429 for status, _ in answers))
        assert all(headers.get("Retry-After") for status, headers in answers if status == 429)
        is_up.set()
        for client in clients:
            client.join(60)
        accepted = sum(status == 200 for status, _ in answers)
        assert len(backend.spans()) >= 1000 * accepted


def test_without_consumers_everything_is_taken_counted_and_dropped(agent, port):
    running = agent(f'otelcol.receiver.otlp "in" {{\n\thttp {{\n\t\tendpoint = "127.0.0.1:{port}"\n\t}}\n\n\toutput {{ }}\n}}\n')
    assert post(port, "traces", spans("a", "b"))[0] == 200
    assert post(port, "logs", records("c"))[0] == 200
    dropped = running.metric("tributary_component_dropped_total", component_id="otelcol.receiver.otlp.in",
                             reason="no_consumer")
    assert dropped == 3


def test_a_signal_without_consumer_is_refused_while_others_have_one(agent, port):
    with Backend() as backend:
        text = config(port, backend.url).replace("\t\tmetrics = [otelcol.processor.batch.all.input]\n", "", 1)
        agent(text)
        assert post(port, "metrics", gauges("g", 1))[0] == 404
        assert post(port, "traces", spans("a"))[0] == 200


def test_a_reload_keeps_the_port_and_what_waits(agent, port):
    with Backend() as backend:
        running = agent(config(port, backend.url))
        stop, failed, sent = threading.Event(), [], []

        def send():
            while not stop.is_set():
                name = f"s{len(sent)}"
                try:
                    status = post(port, "traces", spans(name))[0]
                except OSError as error:
                    status = error
                if status == 200:
                    sent.append(name)
                else:
                    failed.append(status)

        client = threading.Thread(target=send)
        client.start()
        for timeout in range(1, 6):
            status, text = running.reload(config(port, backend.url).replace('"50ms"', f'"{timeout}0ms"', 1))
            assert status == 200, text
        stop.set()
        client.join(30)
        assert not failed
        assert set(sent) <= set(backend.spans())


def test_a_port_that_is_taken_is_said_and_tried_again(agent, port):
    import socket
    with socket.socket() as other, Backend() as backend:
        other.bind(("127.0.0.1", port))
        other.listen()
        running = agent(config(port, backend.url))
        status, text = running.get("/-/healthy")
        assert status != 200 and str(port) in text
        other.close()
        wait_for("the port", lambda: running.get("/-/healthy")[0] == 200, 60)
        assert post(port, "traces", spans("a"))[0] == 200


def test_pages_of_allowed_origins_may_send(agent, port):
    import http.client
    cors = '\t\tcors {\n\t\t\tallowed_origins = ["https://*.example.com"]\n\t\t}'
    with Backend() as backend:
        agent(config(port, backend.url, http=cors))

        def preflight(origin):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("OPTIONS", "/v1/traces", headers={
                "Origin": origin, "Access-Control-Request-Method": "POST"})
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.getheader("Access-Control-Allow-Origin")

        assert preflight("https://shop.example.com") == (204, "https://shop.example.com")
        assert preflight("https://example.org") == (204, None)
        _, headers, _ = post(port, "traces", spans("a"), Origin="https://shop.example.com")
        assert headers["Access-Control-Allow-Origin"] == "https://shop.example.com"


AUTH = """
otelcol.auth.basic "gate" {{
	username = "lena"
	password = "{password}"
}}

otelcol.auth.headers "tenant" {{
	header {{
		key   = "X-Scope-OrgID"
		value = "fleet"
	}}
}}
"""


def test_who_has_no_credentials_may_not_send(agent, port):
    with Backend() as backend:
        text = config(port, backend.url, http="\t\tauth     = otelcol.auth.basic.gate.handler")
        text = text.replace('timeout  = "2s"', 'timeout  = "2s"\n\t\tauth     = otelcol.auth.headers.tenant.handler')
        agent(text + AUTH.format(password="s3cret"))
        assert post(port, "traces", spans("a"))[0] == 401
        assert post(port, "traces", spans("a"), Authorization="Basic bGVuYTp3cm9uZw==")[0] == 401
        good = "Basic " + base64.b64encode(b"lena:s3cret").decode()
        assert post(port, "traces", spans("a"), Authorization=good)[0] == 200
        assert backend.requests[0][2]["X-Scope-OrgID"] == "fleet"


def test_an_agent_sends_to_another_with_credentials_that_change(agent, port, tmp_path):
    second = free_port()
    gate = "\t\tauth     = otelcol.auth.basic.gate.handler"
    (tmp_path / "second").mkdir()
    with Backend() as backend:
        agent(config(second, backend.url, http=gate) + AUTH.format(password="new"), name="second")
        text = config(port, f"http://127.0.0.1:{second}").replace('timeout  = "2s"', f'timeout  = "2s"\n{gate}')
        running = agent(text + AUTH.format(password="old"))
        answers = []
        client = threading.Thread(target=lambda: answers.append(post(port, "traces", spans("a"))[0]))
        client.start()
        wait_for("the problem", lambda: "401" in running.get("/-/healthy")[1])
        assert running.reload(text + AUTH.format(password="new"))[0] == 200
        client.join(60)
        assert answers == [200]
        assert backend.spans() == ["a"]


@pytest.mark.parametrize("more", ["", "\tsending_queue {\n\t\tbatch {\n\t\t\tmin_size = 1\n\t\t\tmax_size = 2\n\t\t}\n\t}"])
@pytest.mark.parametrize("queue", [[], ["--storage.queue-size=64MiB"]])
def test_requests_that_are_cut_arrive_whole(agent, port, more, queue):
    """Of 2 MiB each at most, or of two spans."""
    with Backend() as backend:
        running = agent(config(port, backend.url, more=more, next="otelcol.exporter.otlphttp.out"), arguments=queue)
        names = [f"{i}-{'x' * 1000}" for i in range(3000)] if not more else [f"s{i}" for i in range(7)]
        for _ in range(3):
            assert post(port, "traces", spans(*names))[0] == 200
        assert post(port, "traces", spans("y" * 1_500_000, "z" * 1_500_000))[0] == 200
        backend.wait_spans(3 * len(names) + 2)
        assert running.running()
        if more:
            assert all(len(names_of_spans(body)) <= 2 for body in backend.kept["traces"])


def test_a_stop_answers_those_who_wait(agent, port):
    with Backend(lambda signal, body: 503) as backend:
        running = agent(config(port, backend.url))
        answers = []
        client = threading.Thread(target=lambda: answers.append(post(port, "traces", spans("a"))[:2]))
        client.start()
        wait_for("a try", lambda: backend.requests)
        running.signal(15)
        client.join(60)
        status, headers = answers[0]
        assert status == 503 and headers["Retry-After"] == "1"


def test_a_new_port_that_is_taken_leaves_the_old_one(agent, port):
    import socket
    with socket.socket() as other, Backend() as backend:
        taken = free_port()
        other.bind(("127.0.0.1", taken))
        other.listen()
        running = agent(config(port, backend.url))
        assert running.reload(config(taken, backend.url))[0] == 200
        wait_for("the problem", lambda: str(taken) in running.get("/-/healthy")[1])
        assert post(port, "traces", spans("a"))[0] == 200
        other.close()
        wait_for("the port", lambda: running.get("/-/healthy")[0] == 200, 60)
        assert post(taken, "traces", spans("b"))[0] == 200
