"""From targets to Debian's Prometheus: what was exposed is what a query finds, in an outage as well."""
import json
import time

import pytest
from programs import wait_for
from prometheus import Application, Prometheus

CONFIG = """
prometheus.scrape "app" {{
	targets         = [{targets}]
	forward_to      = [prometheus.relabel.app.receiver]
	job_name        = "app"
	scrape_interval = "200ms"
	scrape_timeout  = "200ms"
}}

prometheus.relabel "app" {{
	forward_to = [prometheus.remote_write.server.receiver]
{rules}
}}

prometheus.remote_write "server" {{
	external_labels = {{ fleet = "test" }}

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


def config(server, *applications, rules="", more=""):
    targets = ", ".join(f'{{ __address__ = "{app.address}", host = "h{i}" }}' for i, app in enumerate(applications))
    return CONFIG.format(url=server.url, targets=targets, rules=rules) + more


@pytest.fixture
def server(tmp_path):
    with Prometheus(tmp_path) as running:
        yield running


def counted(scrape):
    return f"# TYPE scrapes_total counter\nscrapes_total {scrape}\n"


def wait_value(server, selector, value):
    wait_for(f"{selector} to be {value}", lambda: float(value) in server.values(selector))


def gaps(values):
    """Numbers that are missing between the first and the last one, or not in order."""
    return [b for a, b in zip(values, values[1:]) if b != a + 1]


def test_a_query_finds_what_was_exposed(agent, server):
    text = ('# HELP x Something.\n# TYPE x gauge\nx{a="1",le="q\\"\\n\\\\"} 1.5e-7\nx{a="2",job="own"} NaN\n'
            "# TYPE h histogram\nh_bucket{le=\"0.5\"} 3\nh_bucket{le=\"+Inf\"} 4\nh_sum 1.25\nh_count 4\n")
    rule = '\trule {\n\t\taction = "labeldrop"\n\t\tregex = "host"\n\t}'
    with Application(lambda n: text) as app:
        agent(config(server, app, rules=rule))
        wait_value(server, "h_sum", 1.25)
        common = {"instance": app.address, "job": "app", "fleet": "test"}
        server.wait_answer("x", [
            ({"__name__": "x", "a": "1", "le": 'q"\n\\'} | common, "1.5e-07"),
            ({"__name__": "x", "a": "2", "exported_job": "own"} | common, "NaN")])
        server.wait_answer("sort(sum(h_bucket) by (le))", [({"le": "0.5"}, "3"), ({"le": "+Inf"}, "4")])
        server.wait_answer("up", [({"__name__": "up"} | common, "1")])
        server.wait_answer("scrape_samples_scraped", [({"__name__": "scrape_samples_scraped"} | common, "6")])


def test_series_end_when_they_are_gone(agent, server):
    with Application(lambda n: counted(n) + ("gone 1\n" if n < 4 else "")) as app:
        agent(config(server, app))
        wait_for("the series", lambda: server.values("gone"))
        wait_for("its end", lambda: server.query("scrapes_total") and not server.query("gone"))
    # The application has ended: its series end, and `up` is 0.
    wait_for("up to be 0", lambda: [value for _, value in server.query("up")] == ["0"])
    wait_for("the end of its series", lambda: not server.query("scrapes_total"))


def test_an_outage_of_the_server_costs_no_sample(agent, server):
    with Application(counted) as app:
        running = agent(config(server, app))
        wait_value(server, "scrapes_total", 5)
        server.stop()
        before = app.scrapes
        wait_for("scrapes in the outage", lambda: app.scrapes >= before + 30)
        server.start()
        wait_value(server, "scrapes_total", app.scrapes)
        values = server.values("scrapes_total")
        assert values[0] == 1 and not gaps(values)
        assert running.metric("tributary_component_lost_total") == 0


def test_samples_of_an_outage_survive_a_kill(agent, server):
    """A sample cannot be scraped again: it is on disk before anything else happens to it."""
    with Application(counted) as app:
        running = agent(config(server, app), arguments=["--storage.queue-size=64MiB"])
        wait_value(server, "scrapes_total", 3)
        server.stop()
        wait_for("scrapes in the outage", lambda: app.scrapes >= 15)
        wait_for("samples on disk", lambda: running.metric("tributary_disk_queue_appended_entries_total") >= 15 * 6)
        running.kill()
        seen = app.scrapes
        running.start()
        server.start()
        wait_value(server, "scrapes_total", seen + 5)
        values = server.values("scrapes_total")
        # Of the last scrape before the kill nothing may have been written yet.
        assert values[0] == 1 and set(gaps(values)) <= {seen, seen + 1}, values


def test_samples_of_an_outage_survive_a_restart(agent, server):
    """With a disk queue a stop does not wait for a server that is down: what is left stays."""
    with Application(counted) as app:
        running = agent(config(server, app), arguments=["--storage.queue-size=64MiB"])
        wait_value(server, "scrapes_total", 3)
        server.stop()
        wait_for("scrapes in the outage", lambda: app.scrapes >= 10)
        running.stop()
        seen = app.scrapes
        running.start()
        server.start()
        wait_value(server, "scrapes_total", seen + 5)
        values = server.values("scrapes_total")
        assert values[0] == 1 and not set(gaps(values)) - {seen + 1}, values


def test_a_poisoned_sample_costs_no_neighbour(agent, server):
    """Prometheus refuses a request whole for one sample that is too old: it alone is dropped, and counted."""
    def expose(n):
        return counted(n) + f"old 1 {int((time.time() - 7 * 86400) * 1000)}\n" + f"after_total {n}\n"

    with Application(expose) as app:
        running = agent(config(server, app))
        wait_value(server, "after_total", 10)
        for name in ("scrapes_total", "after_total"):
            values = server.values(name)
            assert values[0] == 1 and not gaps(values)
        wait_for("the drops", lambda: running.metric("tributary_component_dropped_total", reason="ingester_error") >= 9)
        assert running.metric("prometheus_remote_storage_samples_failed_total") >= 9
        assert server.query("old") == []


def test_series_that_a_rule_makes_one_are_found_before_sending(agent, server):
    rule = '\trule {\n\t\taction = "labeldrop"\n\t\tregex = "host|instance"\n\t}'
    with Application(lambda n: "alike 1 {0}\nown {1}\n".format(int(time.time()) // 100 * 100_000, n)) as app:
        with Application(lambda n: "alike 2 {0}\nother {1}\n".format(int(time.time()) // 100 * 100_000, n)) as other:
            running = agent(config(server, app, other, rules=rule))
            wait_value(server, "own", 5)
            wait_value(server, "other", 5)
            assert not gaps(server.values("own")) and not gaps(server.values("other"))
            assert running.metric("prometheus_remote_storage_samples_failed_total") == 0
            assert running.metric("tributary_component_dropped_total", reason="duplicate_timestamp") > 0


def test_a_new_target_and_one_that_is_gone(agent, server):
    with Application(counted) as app, Application(counted) as other:
        running = agent(config(server, app))
        wait_value(server, 'scrapes_total{host="h0"}', 3)
        assert running.reload(config(server, other))[0] == 200
        selector = f'scrapes_total{{instance="{other.address}"}}'
        wait_value(server, selector, 3)
        wait_for("the end of the first", lambda: not server.query(f'scrapes_total{{instance="{app.address}"}}'))
        assert not gaps(server.values(selector))


def test_a_bad_exposition_names_its_line(agent, server):
    with Application(lambda n: "good 1\nbad{a=1} 2\n") as app:
        running = agent(config(server, app))
        wait_for("the scrape to fail", lambda: [value for _, value in server.query("up")] == ["0"])
        status, text = running.get("/api/v0/web/components")
        assert status == 200 and "line 2" in text, text
        assert server.query("good") == []


def test_targets_of_a_url_and_metrics_of_the_configuration(agent, server):
    """discovery.http and prometheus.exporter.static; prometheus.enrich adds labels of the discovered targets."""
    lists = [[{"targets": [], "labels": {}}], "broken"]
    more = """
discovery.http "apps" {{
	url              = "http://{url}/targets"
	refresh_interval = "100ms"
}}

prometheus.scrape "apps" {{
	targets         = discovery.http.apps.targets
	forward_to      = [prometheus.enrich.zones.receiver]
	job_name        = "found"
	scrape_interval = "200ms"
	scrape_timeout  = "200ms"
}}

prometheus.enrich "zones" {{
	targets                = [{{ where = "found", zone = "z1" }}]
	target_to_metric_match = {{ where = "job" }}
	labels_to_copy         = ["zone"]
	forward_to             = [prometheus.remote_write.server.receiver]
}}

prometheus.exporter.static "site" {{
	text = "# TYPE site_info gauge\\nsite_info{{site=\\"one\\"}} 1"
}}

prometheus.scrape "site" {{
	targets         = prometheus.exporter.static.site.targets
	forward_to      = [prometheus.remote_write.server.receiver]
	scrape_interval = "200ms"
	scrape_timeout  = "200ms"
}}
"""
    with Application(counted) as app, \
            Application(lambda n: json.dumps(lists[0]), content_type="application/json") as url:
        running = agent(config(server, more=more.format(url=url.address)),
                        arguments=["--stability.level=experimental"])
        wait_for("site_info", lambda: [labels["site"] for labels, _ in server.query("site_info")] == ["one"])
        lists[0] = [{"targets": [app.address], "labels": {"team": "a"}}]
        wait_for("the target", lambda: server.query(f'scrapes_total{{instance="{app.address}"}}'))
        assert server.query("scrapes_total")[0][0] == {
            "__name__": "scrapes_total", "instance": app.address, "job": "found", "team": "a", "zone": "z1",
            "fleet": "test"}
        lists[0] = lists[1]  # JSON, but no groups: the targets stay.
        wait_for("the failure", lambda: running.metric("prometheus_sd_http_failures_total") > 2)
        seen = app.scrapes
        wait_for("more scrapes", lambda: app.scrapes > seen + 2)
        assert "not a list of target groups" in running.get("/-/healthy")[1]
