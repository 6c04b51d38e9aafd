"""Metrics that stage.metrics makes of lines, scraped from the agent itself; and targets that a file names."""
import json

from programs import wait_for
from prometheus import Application, Prometheus

CONFIG = """
discovery.file "apps" {{
	files            = ["{folder}/*.json"]
	refresh_interval = "200ms"
}}

prometheus.exporter.self "agent" {{ }}

prometheus.scrape "all" {{
	targets         = array.concat(prometheus.exporter.self.agent.targets, discovery.file.apps.targets)
	forward_to      = [prometheus.remote_write.server.receiver]
	scrape_interval = "200ms"
	scrape_timeout  = "200ms"
}}

prometheus.remote_write "server" {{
	endpoint {{
		url = "{url}"

		queue_config {{
			batch_send_deadline = "50ms"
		}}
	}}
}}

loki.source.file "log" {{
	targets    = [{{ __path__ = "{log}", job = "app" }}]
	forward_to = [loki.process.count.receiver]
}}

loki.process "count" {{
	forward_to = [loki.write.out.receiver]

	stage.regex {{
		expression = "took (?P<took>\\\\S+)"
	}}

	stage.metrics {{
		metric.counter {{
			name      = "lines_total"
			match_all = true
			action    = "inc"
		}}

		metric.histogram {{
			name    = "took_seconds"
			source  = "took"
			buckets = [0.1, 1]
		}}
	}}
}}

loki.write "out" {{
	endpoint {{
		url = "{loki}"
	}}
}}
"""


def test_lines_are_counted_and_targets_follow_a_file(agent, receiver, tmp_path):
    log = tmp_path / "app.log"
    log.write_text("took 50ms\ntook 0.5\ntook long\n")
    targets = tmp_path / "targets"
    targets.mkdir()
    with Prometheus(tmp_path) as server, Application(lambda n: "x 1\n") as app:
        running = agent(CONFIG.format(folder=targets, url=server.url, log=log, loki=receiver.url))
        own = {"component_id": "loki.process.count", "job": "app"}
        wait_for("the lines", lambda: running.metric("loki_process_custom_lines_total", **own) == 3)
        assert running.metric("loki_process_custom_took_seconds_count", **own) == 2
        assert running.metric("loki_process_custom_took_seconds_bucket", le="0.1", **own) == 1
        wait_for("a query to find them",
                 lambda: [value for _, value in server.query("loki_process_custom_lines_total")] == ["3"])
        assert not server.query("x")
        (targets / "a.json").write_text(json.dumps([{"targets": [app.address], "labels": {"team": "blue"}}]))
        wait_for("the target of the file", lambda: [
            labels["team"] for labels, _ in server.query("x")] == ["blue"])
        (targets / "a.json").unlink()
        wait_for("its end", lambda: not server.query("x"))
