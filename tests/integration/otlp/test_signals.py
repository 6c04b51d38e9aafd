"""Data of OTLP that is changed, dropped and converted on its way: processors, and lines for Loki."""
import json

from otlp import Backend, free_port, post, records, spans
from programs import wait_for

RECEIVER = """
otelcol.receiver.otlp "in" {{
	http {{
		endpoint = "127.0.0.1:{port}"
	}}

	output {{
		traces = [otelcol.processor.filter.noise.input]
		logs   = [otelcol.processor.filter.noise.input]
	}}
}}

otelcol.processor.filter "noise" {{
	traces {{
		span = [`IsMatch(name, "^health")`]
	}}

	logs {{
		log_record = [`body == "noise"`]
	}}

	output {{
		traces = [otelcol.processor.transform.change.input]
		logs   = [otelcol.processor.transform.change.input]
	}}
}}

otelcol.processor.transform "change" {{
	trace_statements {{
		context    = "span"
		statements = [`set(name, Concat([name, resource.attributes["service.name"]], "@"))`]
	}}

	log_statements {{
		context    = "log"
		statements = [
			`merge_maps(attributes, ParseJSON(body), "upsert") where IsMatch(body, "^{{")`,
			`delete_key(attributes, "password")`,
			`set(attributes["loki.attribute.labels"], "user")`,
			`set(attributes["loki.format"], "raw")`,
			`set(body, "a user came") where attributes["user"] != nil`,
		]
	}}

	output {{
		{next}
	}}
}}
"""
TRACES = """
otelcol.exporter.otlphttp "out" {{
	client {{
		endpoint = "{url}"
	}}
}}
"""
LOGS = """
otelcol.exporter.loki "lines" {{
	forward_to = [loki.write.out.receiver]
}}

loki.write "out" {{
	endpoint {{
		url = "{url}"
	}}
}}
"""


def test_spans_that_meet_a_condition_go_and_others_are_changed(agent):
    port = free_port()
    with Backend() as backend:
        running = agent(RECEIVER.format(port=port, next="traces = [otelcol.exporter.otlphttp.out.input]")
                        + TRACES.format(url=backend.url))
        assert post(port, "traces", spans("a", "healthz", "b", service="shop"))[0] == 200
        assert post(port, "traces", spans("health"))[0] == 200
        wait_for("the spans", lambda: sorted(backend.spans()) == ["a@shop", "b@shop"])
        assert running.metric("tributary_component_dropped_total", reason="filter") == 2
        # Nobody takes logs, which is as it is configured.
        assert post(port, "logs", records("one"))[0] == 200
        assert running.metric("tributary_component_dropped_total", reason="no_consumer") == 1


def test_records_become_lines_with_labels(agent, receiver):
    port = free_port()
    running = agent(RECEIVER.format(port=port, next="logs = [otelcol.exporter.loki.lines.input]")
                    + LOGS.format(url=receiver.url))
    body = json.dumps({"user": "u1", "password": "secret"})
    assert post(port, "logs", records("plain", body, "noise"))[0] == 200
    assert receiver.wait_line("plain")["labels"] == {"exporter": "OTLP", "job": "app"}
    assert receiver.wait_line("a user came")["labels"] == {"exporter": "OTLP", "job": "app", "user": "u1"}
    assert not [entry for entry in receiver.lines() if "secret" in json.dumps(entry) or "noise" in entry["line"]]
    assert running.metric("tributary_component_dropped_total", reason="filter") == 1
