"""OTLP over gRPC, with the clients of Debian's python3-grpcio."""
import threading

import grpc
import pytest
from otlp import Backend, fields, free_port, gauges, inner, post, records, request, span, spans
from programs import wait_for

from test_http import config

METHODS = {
    "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "metrics": "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
}


def grpc_config(port, url, grpc="", **more):
    text = config(0, url, **more)
    block = f'\tgrpc {{\n\t\tendpoint = "127.0.0.1:{port}"\n{grpc}\n\t}}\n'
    start, end = text.index("\thttp {"), text.index("\toutput {")
    return text[:start] + block + "\n" + text[end:]


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def export(port):
    """export(signal, request) -> the response's bytes; raises grpc.RpcError."""
    channels = []

    def call(signal, body, compression=None, timeout=30):
        channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.max_send_message_length", -1)])
        channels.append(channel)
        return channel.unary_unary(METHODS.get(signal, signal))(body, compression=compression, timeout=timeout)

    yield call
    for channel in channels:
        channel.close()


def code_of(call):
    with pytest.raises(grpc.RpcError) as error:
        call()
    return error.value.code()


def test_what_is_sent_arrives_in_every_signal(agent, port, export):
    with Backend() as backend:
        agent(grpc_config(port, backend.url))
        assert export("traces", spans("a", "b")) == b""
        assert export("traces", spans("c"), compression=grpc.Compression.Gzip) == b""
        assert export("traces", spans("d"), compression=grpc.Compression.Deflate) == b""
        assert export("traces", b"") == b""
        assert export("traces", b"\x9a\x06\x01x" + spans("e")) == b""  # Field 99 first.
        export("metrics", gauges("g", 1, 2))
        export("logs", records("one"))
        assert sorted(backend.spans()) == ["a", "b", "c", "d", "e"]
        assert len(inner(backend.kept["metrics"][0], 1, 2, 2, 5, 1)) == 2
        assert inner(backend.kept["logs"][0], 1, 2, 2, 5, 1) == [b"one"]


def test_what_nobody_can_take_is_refused(agent, port, export):
    with Backend() as backend:
        running = agent(grpc_config(port, backend.url, grpc='\t\tmax_recv_msg_size = "1MiB"'))
        resident = running.resident_bytes()
        assert code_of(lambda: export("traces", b"<html>")) == grpc.StatusCode.INVALID_ARGUMENT
        assert code_of(lambda: export("traces", b"\x0a\xff")) == grpc.StatusCode.INVALID_ARGUMENT
        assert code_of(lambda: export("/a.B/C", b"")) == grpc.StatusCode.UNIMPLEMENTED
        too_large = spans("x" * (1 << 20))
        assert code_of(lambda: export("traces", too_large)) == grpc.StatusCode.RESOURCE_EXHAUSTED
        bomb = bytes(256 << 20)
        assert code_of(lambda: export("traces", bomb, compression=grpc.Compression.Gzip)) == \
            grpc.StatusCode.RESOURCE_EXHAUSTED
        assert running.resident_bytes() < resident + (32 << 20)
        assert export("traces", spans("good")) == b""
        assert backend.spans() == ["good"]


def test_a_call_has_one_message(agent, port):
    with Backend() as backend, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        agent(grpc_config(port, backend.url))
        stream = channel.stream_unary(METHODS["traces"])
        for messages in [], [spans("a"), spans("b")]:
            assert code_of(lambda: stream(iter(messages), timeout=30)) == grpc.StatusCode.UNIMPLEMENTED
        assert backend.spans() == []


def test_a_request_is_answered_when_the_backend_has_it(agent, port, export):
    is_up = threading.Event()
    with Backend(lambda signal, body: 200 if is_up.is_set() else 503) as backend:
        agent(grpc_config(port, backend.url))
        answers = []
        client = threading.Thread(target=lambda: answers.append(export("traces", spans("a"))))
        client.start()
        wait_for("two tries", lambda: len(backend.requests) >= 2)
        assert not answers
        is_up.set()
        client.join(30)
        assert answers == [b""]
        assert backend.spans() == ["a"]


def test_a_client_that_gives_up_costs_nobody_else(agent, port, export):
    is_up = threading.Event()
    with Backend(lambda signal, body: 200 if is_up.is_set() else 503) as backend:
        agent(grpc_config(port, backend.url))
        assert code_of(lambda: export("traces", spans("a"), timeout=1)) == grpc.StatusCode.DEADLINE_EXCEEDED
        is_up.set()
        assert export("traces", spans("b")) == b""
        assert sorted(backend.wait_spans(2)) == ["a", "b"]


def test_a_stop_tells_those_who_wait_to_try_again(agent, port, export):
    with Backend(lambda signal, body: 503) as backend:
        running = agent(grpc_config(port, backend.url))
        codes = []
        client = threading.Thread(
            target=lambda: codes.append(code_of(lambda: export("traces", spans("a"), timeout=120))))
        client.start()
        wait_for("a try", lambda: backend.requests)
        running.signal(15)
        client.join(60)
        assert codes == [grpc.StatusCode.UNAVAILABLE]


def test_a_refusal_for_want_of_room_says_when_to_try_again(agent, port, export):
    with Backend(lambda signal, body: 503) as backend:
        agent(grpc_config(port, backend.url, more="\tsending_queue {\n\t\tqueue_size = 1\n\t}"),
              arguments=["--memory.limit=8MiB"])
        refused, big = [], spans(*["x" * 1000 for _ in range(1000)])

        def send():
            try:
                export("traces", big, timeout=20)
            except grpc.RpcError as error:
                if error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED:
                    refused.append(dict(error.trailing_metadata()))

        clients = [threading.Thread(target=send, daemon=True) for _ in range(40)]
        for client in clients:
            client.start()
        wait_for("a refusal", lambda: refused, 60)
        details = refused[0]["grpc-status-details-bin"]
        assert inner(details, 3, 1) == [b"type.googleapis.com/google.rpc.RetryInfo"]
        assert fields(inner(details, 3, 2, 1)[0]) == [(1, 1)]


def test_a_thousand_clients_at_once(agent, port):
    with Backend() as backend:
        agent(grpc_config(port, backend.url))
        channels = [grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)])
                    for _ in range(200)]
        calls = [channel.unary_unary(METHODS["traces"]).future(spans(f"{i}.{n}"), timeout=120)
                 for i, channel in enumerate(channels) for n in range(5)]
        assert [call.result() for call in calls] == [b""] * 1000
        assert len(set(backend.spans())) == 1000
        for channel in channels:
            channel.close()


GATEWAY = """
otelcol.receiver.otlp "in" {{
	http {{
		endpoint = "127.0.0.1:{port}"
	}}

	output {{
		traces  = [otelcol.exporter.otlp.next.input]
		metrics = [otelcol.exporter.otlp.next.input]
		logs    = [otelcol.exporter.otlp.next.input]
	}}
}}

otelcol.exporter.otlp "next" {{
	timeout = "2s"

	client {{
		endpoint    = "127.0.0.1:{next}"
		compression = "{compression}"
{tls}
	}}

	retry_on_failure {{
		initial_interval = "50ms"
		max_interval     = "200ms"
	}}
}}
"""
PLAIN = "\t\ttls {\n\t\t\tinsecure = true\n\t\t}"


class Service(grpc.GenericRpcHandler):
    """A server of OTLP over gRPC. `answer(signal, request, context)` may end the call; what it does not is kept."""

    def __init__(self, port, answer=lambda signal, request, context: b""):
        from concurrent.futures import ThreadPoolExecutor
        self.answer = answer
        self.kept = []
        self.metadata = []
        self.server = grpc.server(ThreadPoolExecutor(4), handlers=[self])
        assert self.server.add_insecure_port(f"127.0.0.1:{port}") == port

    def service(self, details):
        signal = next((name for name, method in METHODS.items() if method == details.method), None)

        def handle(request, context):
            response = self.answer(signal, request, context)
            self.metadata.append(dict(details.invocation_metadata))
            self.kept.append((signal, request))
            return response

        return grpc.unary_unary_rpc_method_handler(handle) if signal else None

    def __enter__(self):
        self.server.start()
        return self

    def __exit__(self, *_):
        self.server.stop(0).wait()

    def names(self):
        return [name.decode() for signal, body in self.kept for name in inner(body, 1, 2, 2, 5) if signal == "traces"]


@pytest.mark.parametrize("compression, scheme", [("gzip", ""), ("none", ""), ("none", "http://"), ("none", "dns:///")])
def test_what_comes_over_http_goes_on_over_grpc(agent, port, compression, scheme):
    next_port = free_port()
    with Service(next_port) as service:
        text = GATEWAY.format(port=port, next=next_port, compression=compression, tls=PLAIN)
        agent(text.replace(f'"127.0.0.1:{next_port}"', f'"{scheme}127.0.0.1:{next_port}"'))
        assert post(port, "traces", spans("a", "b"))[0] == 200
        assert post(port, "metrics", gauges("g", 1))[0] == 200
        assert post(port, "logs", records("one"))[0] == 200
        assert sorted(signal for signal, _ in service.kept) == ["logs", "metrics", "traces"]
        assert service.names() == ["a", "b"]


def test_a_server_that_is_down_or_busy_is_tried_again(agent, port):
    next_port = free_port()
    agent(GATEWAY.format(port=port, next=next_port, compression="none", tls=PLAIN))
    answers, tries = [], []
    client = threading.Thread(target=lambda: answers.append(post(port, "traces", spans("a"))[0]))
    client.start()

    def busy_twice(signal, request, context):
        tries.append(signal)
        if len(tries) <= 2:
            context.abort(grpc.StatusCode.UNAVAILABLE if len(tries) == 1 else grpc.StatusCode.RESOURCE_EXHAUSTED, "busy")
        return b""

    with Service(next_port, busy_twice) as service:
        client.join(60)
        assert answers == [200]
        assert len(tries) == 3 and service.names() == ["a"]


def test_one_bad_span_costs_no_other_over_grpc(agent, port):
    next_port = free_port()

    def refuse_poison(signal, request, context):
        if b"poison" in request:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "bad span")
        return b""

    with Service(next_port, refuse_poison) as service:
        running = agent(GATEWAY.format(port=port, next=next_port, compression="none", tls=PLAIN))
        assert post(port, "traces", spans("a", "b", "poison", "c"))[0] == 200
        assert service.names() == ["a", "b", "c"]
        assert running.metric("tributary_component_dropped_total", component_id="otelcol.exporter.otlp.next") == 1


def test_messages_that_are_too_large_for_the_server_are_halved(agent, port):
    next_port = free_port()

    def refuse_large(signal, request, context):
        if len(request) > 20_000:
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED,
                          f"grpc: received message larger than max ({len(request)} vs. 20000)")
        return b""

    with Service(next_port, refuse_large) as service:
        agent(GATEWAY.format(port=port, next=next_port, compression="none", tls=PLAIN))
        names = [f"{i}-{'x' * 1000}" for i in range(100)]
        assert post(port, "traces", spans(*names))[0] == 200
        assert service.names() == names


def test_a_server_without_tls_where_tls_is_wanted_is_named(agent, port):
    next_port = free_port()
    with Service(next_port):
        running = agent(GATEWAY.format(port=port, next=next_port, compression="none", tls=""))

        def send():
            try:
                post(port, "traces", spans("a"))
            except OSError:  # The agent stops while the request waits.
                pass

        threading.Thread(target=send, daemon=True).start()
        wait_for("the problem", lambda: running.get("/-/healthy")[0] != 200)
        assert "otelcol.exporter.otlp.next" in running.get("/-/healthy")[1]


def test_credentials_over_grpc(agent, port):
    next_port = free_port()
    token = 'otelcol.auth.bearer "token" {\n\ttoken = "s3cret"\n}\n'
    auth = "\t\tauth = otelcol.auth.bearer.token.handler"
    with Backend() as backend, grpc.insecure_channel(f"127.0.0.1:{next_port}") as channel:
        agent(grpc_config(next_port, backend.url, grpc=auth) + token, name="second")
        agent(GATEWAY.format(port=port, next=next_port, compression="none", tls=PLAIN + "\n" + auth) + token)
        export = channel.unary_unary(METHODS["traces"])
        assert code_of(lambda: export(spans("x"), timeout=30)) == grpc.StatusCode.UNAUTHENTICATED
        assert export(spans("x"), timeout=30, metadata=[("authorization", "Bearer s3cret")]) == b""
        assert post(port, "traces", spans("a"))[0] == 200
        assert sorted(backend.spans()) == ["a", "x"]
