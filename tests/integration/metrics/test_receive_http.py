"""Prometheus writes to the agent, and the agent to another Prometheus: what was scraped is what a query finds."""
import urllib.error
import urllib.request

import pytest
from programs import free_port, wait_for
from prometheus import Application, Prometheus, Sender

CONFIG = """
prometheus.receive_http "in" {{
	http {{
		listen_address = "127.0.0.1"
		listen_port    = {port}
	}}
	forward_to = [prometheus.relabel.app.receiver]
}}

prometheus.relabel "app" {{
	forward_to = [prometheus.remote_write.server.receiver]

	rule {{
		target_label = "team"
		replacement  = "blue"
	}}
}}

prometheus.remote_write "server" {{
	endpoint {{
		url            = "{url}"
		remote_timeout = "2s"

		queue_config {{
			batch_send_deadline = "50ms"
			min_backoff         = "30ms"
			max_backoff         = "200ms"
		}}
	}}
}}
"""


@pytest.fixture
def server(tmp_path):
    with Prometheus(tmp_path) as running:
        yield running


@pytest.fixture
def port():
    return free_port()


def counted(scrape):
    return f"# TYPE scrapes_total counter\nscrapes_total {scrape}\nother{{a=\"\u00e9\"}} {scrape}\n"


def write_url(port):
    return f"http://127.0.0.1:{port}/api/v1/metrics/write"


def wait_value(server, selector, value):
    wait_for(f"{selector} to be {value}", lambda: float(value) in server.values(selector))


def gaps(values):
    return [b for a, b in zip(values, values[1:]) if b != a + 1]


def failed(running):
    return (running.metric("prometheus_remote_storage_samples_failed_total"),
            running.metric("tributary_component_dropped_total", intentional="false"),
            running.metric("tributary_component_lost_total"))


def test_a_query_finds_what_prometheus_wrote(agent, server, port, tmp_path):
    with Application(lambda n: counted(n) + ("gone 1\n" if n < 4 else "")) as app:
        running = agent(CONFIG.format(port=port, url=server.url))
        with Sender(tmp_path, app, write_url(port)):
            wait_value(server, "scrapes_total", 10)
            assert not gaps(server.values("scrapes_total"))
            common = {"instance": app.address, "job": "app", "team": "blue"}
            server.wait_answer("up", [({"__name__": "up"} | common, "1")])
            assert server.query("other")[0][0] == {"__name__": "other", "a": "\u00e9"} | common
            # A marker of Prometheus is one here, and there.
            assert server.values("gone") and not server.query("gone")
    assert failed(running) == (0, 0, 0)


def test_an_outage_behind_the_agent_costs_no_sample(agent, server, port, tmp_path):
    """Prometheus sends a request again that was not answered in time; it is not taken twice, and nothing is refused."""
    with Application(counted) as app:
        running = agent(CONFIG.format(port=port, url=server.url))
        with Sender(tmp_path, app, write_url(port)):
            wait_value(server, "scrapes_total", 3)
            server.stop()
            before = app.scrapes
            # Longer than the agent's patience, so that requests are sent again.
            wait_for("scrapes in the outage", lambda: app.scrapes >= before + 60, seconds=60)
            server.start()
            wait_value(server, "scrapes_total", app.scrapes)
            assert not gaps(server.values("scrapes_total"))
    assert failed(running) == (0, 0, 0)


def test_a_kill_of_the_agent_costs_no_sample(agent, server, port, tmp_path):
    """What was not answered is sent again, and what was answered is on disk or at the server."""
    with Application(counted) as app:
        running = agent(CONFIG.format(port=port, url=server.url), arguments=["--storage.queue-size=64MiB"])
        with Sender(tmp_path, app, write_url(port)):
            wait_value(server, "scrapes_total", 3)
            server.stop()
            before = app.scrapes
            wait_for("samples on disk", lambda: app.scrapes >= before + 10 and running.metric(
                "tributary_disk_queue_appended_entries_total") >= 30)
            running.kill()
            seen = app.scrapes
            running.start()
            server.start()
            wait_value(server, "scrapes_total", seen + 5)
            assert not gaps(server.values("scrapes_total"))


def test_what_is_no_remote_write_is_refused(agent, port):
    agent(CONFIG.format(port=port, url="http://127.0.0.1:9/"))

    def status(body, **headers):
        request = urllib.request.Request(write_url(port), data=body, headers=headers)
        try:
            return urllib.request.urlopen(request, timeout=10).status
        except urllib.error.HTTPError as error:
            return error.code
    protobuf = {"Content-Type": "application/x-protobuf"}
    assert status(b"text", **protobuf) == 400
    assert status(b"\x00", **protobuf) == 204  # A request without series.
    assert status(b"\x00", **{"Content-Type": "application/x-protobuf;proto=io.prometheus.write.v2.Request"}) == 415
