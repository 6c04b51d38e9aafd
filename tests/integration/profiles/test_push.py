"""Profiles from their senders to a backend: what arrives, what is refused, and what an outage does."""
import base64
import gzip
import json
import threading

import pytest
from profiles import INGEST, PROTO, PUSH, Backend, pprof, push, push_request, read_pprof, send
from programs import free_port, wait_for

CONFIG = """
pyroscope.receive_http "in" {{
	http {{
		listen_address = "127.0.0.1"
		listen_port    = {port}
	}}
	forward_to = [{next}.receiver]
}}

pyroscope.relabel "rules" {{
	forward_to = [pyroscope.write.out.receiver]

	rule {{
		source_labels = ["env"]
		regex         = "dev"
		action        = "drop"
	}}

	rule {{
		target_label = "team"
		replacement  = "blue"
	}}
}}

pyroscope.write "out" {{
	external_labels = {{ host = "h1" }}
{endpoints}
}}
"""
ENDPOINT = """
	endpoint {{
		url                = "{url}"
		remote_timeout     = "2s"
		min_backoff_period = "20ms"
		max_backoff_period = "100ms"
{more}
	}}
"""
CPU = {"__name__": "process_cpu", "service_name": "app"}


def config(port, *urls, more="", next="pyroscope.write.out"):
    return CONFIG.format(port=port, next=next,
                         endpoints="".join(ENDPOINT.format(url=url, more=more) for url in urls))


@pytest.fixture
def port():
    return free_port()


def test_what_is_pushed_arrives_as_it_came_in_every_encoding(agent, port):
    with Backend() as backend:
        agent(config(port, backend.url))
        first = pprof(("leaf;main", 10), ("main", 5))
        assert send(port, PUSH, push_request(CPU, first))[0] == 200
        assert [one.body for one in backend.pushed] == [first]
        assert backend.pushed[0].labels == {**CPU, "app_name": "process_cpu", "host": "h1"}
        assert backend.pushed[0].headers["User-Agent"].startswith("Tributary/")
        compressed = gzip.compress(push_request(CPU, first, pprof(("other", 1), compress=False)))
        assert send(port, PUSH, compressed, {**PROTO, "Content-Encoding": "gzip"})[0] == 200
        text = json.dumps({"series": [{"labels": [{"name": "service_name", "value": "js"}], "samples": [
            {"ID": "", "rawProfile": base64.b64encode(first).decode()}]}]})
        status, headers, body = send(port, PUSH, text, {"Content-Type": "application/json"})
        assert (status, headers["Content-Type"], body) == (200, "application/json", b"{}")
        assert len(backend.pushed) == 4
        assert backend.stacks() == {"leaf;main": [30], "main": [15], "other": [1]}


def test_what_is_posted_arrives_with_its_query_and_body(agent, port):
    with Backend() as backend:
        agent(config(port, backend.url))
        query = "?name=shop.cpu{env=prod}&from=1700000000&until=1700000010&spyName=a%20b&format=groups"
        assert send(port, INGEST + query, b"a;b 12", {"Content-Type": "text/plain"})[0] == 200
        form = {"Content-Type": "multipart/form-data; boundary=xyz"}
        assert send(port, INGEST + "?name=shop{q=x=y,service_name=cart}", gzip.compress(b"--xyz"),
                    {**form, "Content-Encoding": "gzip"})[0] == 200
        one, two = backend.posted
        assert one.labels == {"name": "shop.cpu{env=prod,host=h1,service_name=shop.cpu}", "from": "1700000000",
                              "until": "1700000010", "spyName": "a b", "format": "groups"}
        assert (one.body, one.headers["Content-Type"]) == (b"a;b 12", "text/plain")
        assert two.labels == {"name": "cart{app_name=shop,host=h1,q=x=y,service_name=cart}"}
        assert (two.body, two.headers["Content-Type"]) == (b"--xyz", form["Content-Type"])
        assert "Connect-Protocol-Version" not in one.headers


def test_rules_change_labels_and_drop(agent, port):
    with Backend() as backend:
        running = agent(config(port, backend.url, next="pyroscope.relabel.rules"))
        assert push(port, {**CPU, "env": "dev"}, pprof(("gone", 1))) == 200
        assert push(port, {**CPU, "env": "prod"}, pprof(("kept", 1))) == 200
        assert backend.stacks() == {"kept": [1]}
        assert backend.pushed[0].labels["team"] == "blue"
        assert running.metric("pyroscope_relabel_profiles_dropped") == 1


@pytest.mark.parametrize("method, path, headers, body, status, code", [
    ("GET", PUSH, PROTO, None, 405, None),
    ("POST", PUSH, {"Content-Type": "application/grpc"}, b"", 415, None),
    ("POST", PUSH, {**PROTO, "Content-Encoding": "br"}, b"", 501, "unimplemented"),
    ("POST", PUSH, {**PROTO, "Content-Encoding": "gzip"}, b"no gzip", 400, "invalid_argument"),
    ("POST", PUSH, PROTO, b"\xff", 400, "invalid_argument"),
    ("POST", PUSH, PROTO, push_request(CPU, b"<html>"), 400, "invalid_argument"),
    ("POST", PUSH, PROTO, push_request({"x": "y"}, b"\x1f\x8b"), 400, "invalid_argument"),
    ("POST", PUSH, {"Content-Type": "application/json"}, b"[]", 400, "invalid_argument"),
    ("POST", PUSH, PROTO, b"", 200, None),
    ("POST", PUSH, {**PROTO, "Content-Encoding": "gzip"}, gzip.compress(bytes(33 << 20)), 413, "invalid_argument"),
    ("POST", INGEST, {}, b"x", 400, "invalid_argument"),
    ("POST", INGEST + "?name=a{b", {}, b"x", 400, "invalid_argument"),
    ("POST", "/other", PROTO, b"", 404, None),
])
def test_what_cannot_be_taken_is_refused(agent, port, method, path, headers, body, status, code):
    with Backend() as backend:
        agent(config(port, backend.url))
        answer = send(port, path, body, headers, method)
        assert answer[0] == status
        if code:
            assert json.loads(answer[2])["code"] == code
        assert not backend.pushed and not backend.posted


def test_a_profile_that_the_backend_refuses_does_not_take_its_neighbours_along(agent, port):
    with Backend(lambda one: 422 if "bad" in read_pprof(one.body).stacks else 200) as backend:
        running = agent(config(port, backend.url))
        bodies = [pprof(("bad" if number in (3, 4, 17) else f"p{number}", 1)) for number in range(20)]
        assert push(port, CPU, *bodies) == 200
        assert set(backend.stacks()) == {f"p{number}" for number in range(20)} - {"p3", "p4", "p17"}
        wait_for("the drops", lambda: running.metric("pyroscope_write_dropped_profiles_total") == 3)
        assert running.metric("tributary_component_dropped_total", reason="ingester_error", unit="profiles") == 3
        assert running.metric("pyroscope_write_sent_profiles_total") == 17


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
def test_an_outage_delays_and_loses_nothing(agent, port, status):
    state = {"status": status}
    with Backend(lambda _: state["status"]) as backend:
        running = agent(config(port, backend.url))
        answers = []
        senders = [threading.Thread(target=lambda n=n: answers.append(push(port, CPU, pprof((f"p{n}", 1)))))
                   for n in range(5)]
        for sender in senders:
            sender.start()
        wait_for("retries", lambda: running.metric("pyroscope_write_retries_total") >= 3)
        assert not answers and not backend.pushed
        state["status"] = 200
        for sender in senders:
            sender.join()
        assert answers == [200] * 5
        assert backend.stacks() == {f"p{number}": [1] for number in range(5)}


def test_what_is_tried_often_enough_is_dropped(agent, port):
    with Backend(lambda _: 500) as backend:
        running = agent(config(port, backend.url, more="\t\tmax_backoff_retries = 3"))
        assert push(port, CPU, pprof(("p", 1))) == 200
        assert backend.requests == 3
        assert running.metric("tributary_component_dropped_total", reason="ingester_error") == 1


def test_a_429_is_dropped_when_the_configuration_says_so(agent, port):
    with Backend(lambda _: 429) as backend:
        running = agent(config(port, backend.url, more="\t\tretry_on_http_429 = false"))
        assert push(port, CPU, pprof(("p", 1))) == 200
        assert backend.requests == 1
        assert running.metric("tributary_component_dropped_total", reason="rate_limited") == 1


def test_each_endpoint_gets_everything_and_none_waits_for_a_dead_one(agent, port):
    dead = free_port()
    with Backend() as one, Backend() as two:
        running = agent(config(port, one.url, f"http://127.0.0.1:{dead}", two.url))
        sender = threading.Thread(target=lambda: push(port, CPU, pprof(("p", 1))))
        sender.start()
        for backend in (one, two):
            assert len(backend.wait(1)) == 1
        with Backend(port=dead) as third:
            third.wait(1)
            sender.join()
        assert running.metric("pyroscope_write_sent_profiles_total") == 3


def test_credentials_and_headers_are_sent(agent, port):
    more = """
		headers = { "X-Scope-OrgID" = "team-a", "User-Agent" = "mine" }
		basic_auth {
			username = "u"
			password = "p"
		}
"""
    with Backend() as backend:
        agent(config(port, backend.url + "/", more=more))
        assert push(port, CPU, pprof(("p", 1))) == 200
        headers = backend.pushed[0].headers
        assert headers["Authorization"] == "Basic " + base64.b64encode(b"u:p").decode()
        assert headers["X-Scope-OrgID"] == "team-a"
        assert headers["User-Agent"].startswith("Tributary/")


def test_with_a_disk_queue_the_answer_is_at_once_and_kill_9_loses_nothing(agent, port):
    state = {"status": 500}
    with Backend(lambda _: state["status"]) as backend:
        running = agent(config(port, backend.url), arguments=["--storage.queue-size=64MiB"])
        for number in range(30):
            assert push(port, CPU, pprof((f"p{number}", 1))) == 200
        assert send(port, INGEST + "?name=posted&format=groups", b"a 1", {"Content-Type": "text/plain"})[0] == 200
        running.kill()
        running.start()
        assert not backend.pushed
        state["status"] = 200
        wait_for("all", lambda: set(backend.stacks()) == {f"p{number}" for number in range(30)} and backend.posted)
        assert backend.posted[0].labels == {"name": "posted{host=h1,service_name=posted}", "format": "groups"}
        assert (backend.posted[0].body, backend.posted[0].headers["Content-Type"]) == (b"a 1", "text/plain")
        wait_for("an empty queue", lambda: running.metric("tributary_disk_queue_records") == 0)
        assert running.stop() == 0


def test_a_reload_keeps_the_port_and_what_waits(agent, port):
    state = {"status": 500}
    with Backend(lambda _: state["status"]) as backend:
        running = agent(config(port, backend.url))
        answers = []
        sender = threading.Thread(target=lambda: answers.append(push(port, CPU, pprof(("p", 1)))))
        sender.start()
        wait_for("retries", lambda: running.metric("pyroscope_write_retries_total") >= 1)
        status, text = running.reload(config(port, backend.url, more="\t\tmax_backoff_retries = 1000"))
        assert status == 200, text
        state["status"] = 200
        sender.join()
        assert answers == [200]
        assert backend.stacks() == {"p": [1]}
