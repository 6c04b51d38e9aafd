"""Small fleets and documents of other people's making: one kind of mistake each."""
import json

import pytest
from conftest import Fleet

INVENTORY = {
    "inventory/hosts.yml": "all: {children: {lab: {hosts: {h1: {}}}}}\n",
    "group_vars/all.yml": "deployment_environment: lab\n"
                          "telemetry: {backends: {loki: {url: 'http://loki:3100/loki/api/v1/push'}}}\n",
    "host_vars/h1.yml": "services: [alloy, docker, shop]\nshop_syslog_port: 51412\n"
                        "telemetry: {docker: {discovery: true}}\n",
}
COMPOSE = {"compose/shop/compose.yml": "services: {app: {image: x, logging: {driver: syslog}},"
                                       " worker: {image: x, logging: {driver: syslog}}}\n"}
LEVELS = """fleet.backends "default" { }
fleet.syslog "services" { forward_to = [loki.process.p.receiver] }
fleet.docker "containers" { forward_to = [loki.process.p.receiver] }
loki.process "p" {
  forward_to = [loki.write.default.receiver]

  stage.logfmt {
    mapping = {level = ""}
  }

  stage.labels {
    values = {level = ""}
  }
}
"""
LOKI = {"type": "loki", "uid": "loki"}


def dashboard(*queries, variables=(), panels=()):
    shown = [{"id": i, "type": "timeseries", "title": f"p{i}", "datasource": LOKI,
              "targets": [{"refId": "A", "datasource": LOKI, **({"expr": query} if isinstance(query, str) else query)}]}
             for i, query in enumerate(queries)]
    return json.dumps({"title": "d", "uid": "d", "schemaVersion": 39, "panels": shown + list(panels),
                       "templating": {"list": list(variables)}}, indent=1)


def variable(name, query, **more):
    return {"name": name, "type": "query", "datasource": LOKI, "query": query, **more}


def rules(*expressions, **more):
    listed = [{"alert": f"A{i}", "expr": expr, **more} for i, expr in enumerate(expressions)]
    return json.dumps({"groups": [{"name": "g", "rules": listed}]})


class Judged:
    """A report's findings by what they are about."""

    def __init__(self, answer):
        self.answer, self.report = answer, answer.json()

    def of(self, old, nth=0):
        found = [one for one in self.report["findings"] if one["old"] == old]
        assert len(found) > nth, [one["old"] for one in self.report["findings"]]
        return found[nth]

    def short(self, old, nth=0):
        """verdict, certainty, proposal that apply would write."""
        one = self.of(old, nth)
        return one["verdict"], one["confidence"], edit(one)


def edit(finding):
    return None if finding["blocked"] else finding["proposed"]


@pytest.fixture
def report(tmp_path):
    def run(files, *options):
        for name, text in {**INVENTORY, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        given = [part for folder in ("dashboards", "rules", "compose") if (tmp_path / folder).exists()
                 for part in ("--" + folder, folder)]
        given += ["--map", "map.yml"] if (tmp_path / "map.yml").exists() else []
        answer = Fleet(tmp_path).migrate("report", "--format", "json", *given, *options)
        assert answer.code in (0, 2, 3), answer.errors
        return Judged(answer)
    return run


METRICS = [{"alert": "Down", "expr": 'up{job="shop"} == 0', "labels": {"severity": "page"}}]
LOGS = [{"alert": "Errors", "expr": 'sum by (job) (rate({job="shop"} |= "error" [5m])) > 1'}]


def routed(rules_listed, routes, **more):
    return {"rules/r.yml": json.dumps({"groups": [{"name": "g", "rules": rules_listed}]}),
            "rules/alertmanager.yml": json.dumps({
                "route": {"receiver": "d", "routes": routes, **more.pop("route", {})},
                "receivers": [{"name": "d"}], **more})}


def test_routes_take_alerts_over_metrics_as_well(report):
    both = report(routed(LOGS + METRICS, [{"receiver": "d", "match": {"job": "shop"}},
                                          {"receiver": "d", "matchers": ['job="shop"', 'severity="page"']}],
                         route={"group_by": ["alertname", "job"]}))
    assert both.short("job") == ("NARROWS", "likely", None)  # `match`; then there is group_by.
    # Together with the severity it never took the alert over logs.
    assert both.short('job="shop"')[0] == "SAME" and both.short('severity="page"')[0] == "SAME"
    grouped = both.of("job", 1)
    assert (grouped["verdict"], grouped["confidence"], edit(grouped)) == ("VALUE-CHANGED", "likely", None)
    assert grouped["proposed"] == "job, service"


def test_a_route_of_logs_alone_is_renamed_but_never_certain(report):
    logs = report(routed(LOGS, [{"receiver": "d", "match": {"job": "shop"}}]))
    assert logs.short("job") == ("EMPTY", "likely", "service")


def test_a_route_within_another_takes_what_both_take(report):
    nested = report(routed(LOGS + METRICS, [
        {"receiver": "d", "matchers": ['severity="page"'],
         "routes": [{"receiver": "d", "matchers": ['job="shop"']}]}]))
    assert nested.short('job="shop"')[0] == "SAME"


def test_a_label_that_a_rule_gives_stays_with_its_alerts(report):
    fixed = [{"alert": "All", "expr": 'sum(rate({job="shop"} |= "error" [5m])) > 1', "labels": {"job": "shop"}}]
    assert report(routed(LOGS + fixed, [{"receiver": "d", "matchers": ['job="shop"']}])).short(
        'job="shop"') == ("NARROWS", "likely", None)
    assert report(routed(fixed, [{"receiver": "d", "matchers": ['job="shop"']}],
                         route={"group_by": ["job"]})).short('job="shop"')[0] == "SAME"


def test_inhibitions_compare_alerts_of_logs_with_those_of_metrics(report):
    def inhibited(target):
        return {"inhibit_rules": [{"source_match": {"alertname": "Down"}, "target_match": {"alertname": target},
                                   "equal": ["job"]}]}
    parted = report(routed(LOGS + METRICS, [], **inhibited("Errors")))
    assert parted.short("job") == ("NARROWS", "likely", None)
    assert report(routed(LOGS + METRICS, [], **inhibited("Down"))).short("job")[0] == "SAME"


def test_alerts_get_labels_with_the_changes_of_their_rules(report):
    routes = [{"receiver": "d", "matchers": ['service="shop"']}, {"receiver": "d", "matchers": ['service="x"']}]
    found = report(routed(LOGS + METRICS, routes))
    assert found.short('service="shop"') == ("WIDENS", "likely", None)
    assert found.short('service="x"')[0] == "SAME"

    def inhibited(target):
        return {"inhibit_rules": [{"source_match": {"alertname": "Errors"}, "target_match": {"alertname": target},
                                   "equal": ["service"]}]}
    parted = report(routed(LOGS + METRICS, [], **inhibited("Down")))
    assert parted.short("service") == ("NARROWS", "likely", None)
    assert report(routed(LOGS + METRICS, [], **inhibited("Errors"))).short("service")[0] == "SAME"


def test_silences_and_lists_of_alerts_are_matchers_too(report):
    panel = {"id": 9, "type": "alertlist", "title": "alerts",
             "options": {"alertInstanceLabelFilter": '{job="shop"}', "groupMode": "custom", "groupBy": ["job"]}}
    files = routed(LOGS + METRICS, [])
    files["rules/silence.json"] = json.dumps({"matchers": [
        {"name": "job", "value": "shop", "isRegex": False, "isEqual": True}], "startsAt": "2026-01-01T00:00:00Z"})
    files["dashboards/d.json"] = dashboard(panels=[panel])
    found = report(files)
    verdicts = sorted(one["verdict"] for one in found.report["findings"] if one["old"] == "job")
    assert verdicts == ["NARROWS", "VALUE-CHANGED"]
    assert found.short('{job="shop"}') == ("NARROWS", "likely", None)


@pytest.mark.parametrize("old, new, sure", [
    ('count_over_time({job="shop"} |= "x" [5m]) > 10',
     'sum by (environment, hostname, service) (count_over_time({service="shop"} |= "x" [5m])) > 10', "certain"),
    ('sum(count_over_time({job="shop"}[5m])) > 10', 'sum(count_over_time({service="shop"}[5m])) > 10', "certain"),
    ('max(max_over_time({job="shop"} | logfmt d | unwrap d [5m])) > 1',
     'max(max_over_time({service="shop"} | logfmt d | unwrap d [5m])) > 1', "certain"),
    ('max(rate({job="shop"}[5m])) > 1',
     'max(sum by (environment, hostname, service) (rate({service="shop"}[5m]))) > 1', "certain"),
    ('sum(max_over_time({job="shop"} | logfmt d | unwrap d [5m])) > 1',
     'sum(max by (environment, hostname, service) (max_over_time({service="shop"} | logfmt d | unwrap d [5m]))) > 1',
     "certain"),
    # Averages cannot be put together again.
    ('avg_over_time({job="shop"} | logfmt d | unwrap d [5m]) > 1', None, "likely"),
])
@pytest.mark.parametrize("known", [COMPOSE, {}], ids=["components", "unknown"])
def test_one_stream_that_becomes_several_does_not_weaken_an_alert(report, old, new, sure, known):
    found = report({"rules/r.yml": rules(old), **known})
    # Without compose files the name of the project is assumed.
    assert found.short(old) == ("EMPTY", sure if known else "likely", new)


@pytest.mark.parametrize("query", ["count({})", "avg({})", "max({})", "topk(3, {})"])
def test_functions_over_streams_of_which_some_are_unknown(report, query):
    query = query.format('rate({hostname="h1"}[5m])')
    assert report({"dashboards/d.json": dashboard(query)}).short(query) == ("VALUE-CHANGED", "likely", None)


SHOP_MAP = """hosts:
  srv:
    web:
      before: {job: docker, service: [api, web]}
      after: {service: web, component: [api, web]}
"""


def test_a_matcher_with_a_variable_is_never_dropped(report):
    query = '{job="docker", service=~"$service"}'
    found = report({"map.yml": SHOP_MAP, "dashboards/d.json": dashboard(query, variables=[
        variable("service", 'label_values({job="docker"}, service)', includeAll=True, multi=True)])})
    proposal = found.short(query)[2]
    assert proposal is None or "$service" in proposal


def test_each_value_of_a_variable_with_all(report):
    query = '{job=~"$job"}'
    found = report({"map.yml": "hosts: {}\nunchanged:\n  - {job: kept, service: kept}\n",
                    "dashboards/d.json": dashboard(query, variables=[
                        variable("job", "label_values(job)", includeAll=True, multi=True)])})
    assert found.of(query)["verdict"] == "NARROWS"


def test_no_value_of_a_variable_is_no_verdict(report):
    query = '{job="shop", level=~"$level"}'
    found = report({"dashboards/d.json": dashboard(
        {"expr": query, "legendFormat": "{{job}}"},
        variables=[variable("level", 'label_values({job="shop"}, level)', includeAll=True)])})
    assert found.of(query)["verdict"] == "UNKNOWN"
    assert found.of("level")["verdict"] == "UNKNOWN"
    assert found.of("{{job}}")["verdict"] == "UNKNOWN"  # It reads what could not be decided.
    coverage = found.report["coverage"]
    assert coverage["seen"] == coverage["judged"] + coverage["unknown"]


@pytest.mark.parametrize("old, new", [
    ('sum(count_over_time({job="shop", level="error"}[5m])) > 1',
     'sum(count_over_time({service="shop", level="error"}[5m])) > 1'),
    ('sum(count_over_time({level=~"error|warn", job="shop"}[5m])) > 1',
     'sum(count_over_time({level=~"error|warn", service="shop"}[5m])) > 1'),
    ('sum by (level) (count_over_time({job="shop", level!=""}[5m])) > 1',
     'sum by (level) (count_over_time({service="shop", level!=""}[5m])) > 1'),
])
def test_labels_of_lines_keep_their_matchers(report, old, new):
    found = report({"templates/default.river": LEVELS, "rules/r.yml": rules(old)})
    assert found.short(old) == ("EMPTY", "likely", new)


def test_service_name_is_what_the_user_says(report):
    queries = ['{service_name="shop"}', '{job=~".+"} |= "x"']
    files = {"dashboards/d.json": dashboard(*queries)}
    assumed = report(files)
    assert assumed.short(queries[0]) == ("SAME", "likely", None)
    assert "service_name" not in json.dumps(assumed.of(queries[1]))
    said = report({**files, **COMPOSE}, "--discover-service-name")
    assert said.short(queries[0]) == ("SAME", "certain", None)


@pytest.mark.parametrize("query", ['sum by (service) (count_over_time({service=~".+"}[5m]))',
                                   '{hostname="h1", component=~".+"}', '{service=~"shop|other"}'])
def test_a_panel_for_all_is_not_narrowed(report, query):
    found = report({"dashboards/d.json": dashboard(query)})
    assert found.short(query)[::2] == ("WIDENS", None)


def test_what_was_kept_out_stays_out(report):
    query = '{hostname="h1", job!="shop"}'
    assert report({**COMPOSE, "dashboards/d.json": dashboard(query)}).short(query) == (
        "WIDENS", "certain", '{hostname="h1", job!="shop", service!="shop"}')


def test_any_value_goes_on_to_be_any_value(report):
    query = '{job=~".+"} |= "x"'
    for options in ((), ("--discover-service-name",)):
        proposal = report({"dashboards/d.json": dashboard(query)}, *options).short(query)[2]
        assert proposal is None or "|" not in proposal.split("|=")[0]


def test_comments_of_both_kinds(report):
    old = 'sum(rate({job="shop"}[5m])) // all of it\n  > 1 /* a second */'
    found = report({"rules/r.yml": rules(old), **COMPOSE})
    assert found.short(old) == ("EMPTY", "certain", old.replace("job", "service"))


def test_what_is_recorded_from_what_is_recorded(report):
    recorded = [{"record": "a:rate", "expr": 'sum by (job) (rate({hostname="h1"}[5m]))'},
                {"record": "b:rate", "expr": "sum by (job) (a:rate)"},
                {"alert": "B", "expr": 'b:rate{job="shop"} > 1'}]
    found = report({"rules/r.yml": json.dumps({"groups": [{"name": "g", "rules": recorded}]})})
    assert found.of('b:rate{job="shop"} > 1')["verdict"] == "EMPTY"


TWO_HOSTS = {
    "inventory/hosts.yml": "all: {children: {lab: {hosts: {h1: {}, h2: {}}}}}\n",
    "host_vars/h2.yml": INVENTORY["host_vars/h1.yml"],
    "rules/r.yml": rules('sum(rate({job="shop"} |= "error" [5m])) > 1'),
}


def test_the_move_of_one_host_keeps_the_streams_of_the_others(report):
    one = report(TWO_HOSTS, "--host", "h1").of('sum(rate({job="shop"} |= "error" [5m])) > 1')
    assert (one["verdict"], one["confidence"]) == ("NARROWS", "likely")
    assert edit(one) == 'sum(rate({job="shop"} |= "error" [5m]) or rate({service="shop"} |= "error" [5m])) > 1'
    both = report(TWO_HOSTS).of('sum(rate({job="shop"} |= "error" [5m])) > 1')
    assert both["verdict"] == "EMPTY" and edit(both) == 'sum(rate({service="shop"} |= "error" [5m])) > 1'


def test_a_compose_file_that_is_no_yaml_does_not_stop_the_report(report, tmp_path):
    files = {**COMPOSE, "compose/other/docker-compose.yml": "services:\n  a: b: c\n",
             "rules/r.yml": rules('rate({job="shop"}[5m]) > 1')}
    for name, text in {**INVENTORY, **files}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    answer = Fleet(tmp_path).migrate("report", "--compose", "compose", "--rules", "rules")
    assert answer.code == 1 and "1 EMPTY" in answer.out
    assert "compose/other/docker-compose.yml" in answer.out + answer.errors


RECORDED = {"record": "job:err", "expr": 'sum by (job) (rate({job="shop"} |= "err" [5m]))'}


def over_recorded(*expressions):
    alerts = [{"alert": f"A{i}", "expr": expr} for i, expr in enumerate(expressions)]
    return {"rules/logs.yml": json.dumps({"groups": [{"name": "g", "rules": [RECORDED]}]}),
            "rules/metrics.yml": json.dumps({"groups": [{"name": "m", "rules": alerts}]})}


@pytest.mark.parametrize("expression,verdict", [
    ('absent(job:err{job="shop"})', "WIDENS"),
    ('absent_over_time(job:err{job="shop"}[10m]) == 1', "WIDENS"),
    ('up{job="x"} unless on() job:err{job="shop"}', "WIDENS"),
    ('job:err{job="shop"} > 1', "EMPTY"),
    ('count({__name__=~"job:err.*", job="shop"}) < 1', "EMPTY"),
    ('{__name__=~"job:err.*"}', "EMPTY"),
    ('{__name__="job:err", job="shop"}', "EMPTY"),
    ('{"job:err", job="shop"} > 1', "EMPTY"),
    ('{__name__=~"job:.*", __name__!="job:err"}', "SAME"),
    ('count({__name__!="up", job="shop"}) < 1', "NARROWS"),
    ('absent(job:err)', "WIDENS"),
])
def test_series_that_are_recorded_by_name_and_by_absence(report, expression, verdict):
    assert report({**COMPOSE, **over_recorded(expression)}).of(expression)["verdict"] == verdict


def test_a_regex_that_excludes_all_values_lets_in_what_has_none(report):
    dash = dashboard('{hostname="h1", job!~"$job"}', '{hostname="h1", job!~"$one"}', variables=[
        variable("job", "label_values(job)", includeAll=True, multi=True), variable("one", "label_values(job)")])
    judged = report({**COMPOSE, "dashboards/d.json": dash})
    assert judged.short('{hostname="h1", job!~"$job"}') == ("WIDENS", "certain", None)
    assert judged.short('{hostname="h1", job!~"$one"}')[0] == "WIDENS"


def test_a_variable_is_not_changed_without_the_panel_that_uses_it(report, tmp_path):
    report({"dashboards/d.json": dashboard(
        '{job="shop", level=~"$level"}', '{job="shop", hostname=~"$host"}',
        variables=[variable("level", 'label_values({job="shop"}, level)'),
                   variable("host", 'label_values({job="shop"}, hostname)')])})
    answer = Fleet(tmp_path).migrate("apply", "--services", "shop", "--dashboards", "dashboards")
    assert answer.code == 2, answer.errors
    written = (tmp_path / "dashboards/d.json").read_text()
    assert 'label_values({job=\\"shop\\"}, level)' in written
    assert 'label_values({service=\\"shop\\"}, hostname)' in written
    assert "which uses $level, stays as it is" in answer.out + answer.errors


def test_notification_templates_and_indented_code_are_read(report, tmp_path):
    files = {"rules/r.yml": rules('sum by (job) (rate({job="shop"}[5m])) > 1'),
             "rules/t.tmpl": '{{ define "t" }}\n{{ .CommonLabels.job }}\n{{ end }}\n',
             "docs/a.md": 'Text.\n\n    {job="shop"} |= "indented"\n\n~~~logql\n{job="shop"} |= "tildes"\n~~~\n'}
    judged = report(files, "--docs", "docs")
    assert judged.of("{{ .CommonLabels.job }}")["verdict"] == "VALUE-CHANGED"
    assert judged.of('{job="shop"}')["confidence"] == "guess"
    assert judged.of('{job="shop"} |= "tildes"')["verdict"] == "EMPTY"


@pytest.mark.parametrize("text, verdict", [
    ("{{ with $labels }}{{ .job }}{{ end }}", "UNKNOWN"),
    ("{{ $l := $labels }}{{ $l.job }}", "UNKNOWN"),
    ("{{ range $k, $v := $labels }}{{ $k }}={{ $v }} {{ end }}", "UNKNOWN"),
    ("{{ index $labels $name }}", "UNKNOWN"),
    ("{{ $labels.job }}", "VALUE-CHANGED"),
    ("{{ index $labels \"job\" }}", "VALUE-CHANGED"),
    ("{{ $labels.hostname }} {{ $value }}", "SAME"),
])
def test_all_labels_of_an_alert_in_its_text(report, text, verdict):
    judged = report({"rules/r.yml": rules('sum by (job, hostname) (rate({job="shop"}[5m])) > 1',
                                          annotations={"a": text})})
    assert judged.of(text)["verdict"] == verdict


@pytest.mark.parametrize("text, proposed", [
    ('{job="{{ $labels.job }}"} |= "x"', None),
    ('/explore?left=%7Bjob%3D%22{{ $labels.job }}%22%7D', None),
    ('/d/x?var-job={{ $labels.job }}', '/d/x?var-job={{ $labels.service }}'),
])
def test_a_label_in_a_selector_of_a_link_is_not_changed_alone(report, text, proposed):
    judged = report({"rules/r.yml": rules('sum by (job, hostname) (rate({job="shop"}[5m])) > 1',
                                          annotations={"a": text})})
    assert {(one["verdict"], edit(one)) for one in judged.report["findings"]
            if one["old"] == text} == {("VALUE-CHANGED", proposed)}


def test_a_query_that_finds_nothing_today_is_said(report):
    idle = report({"rules/r.yml": rules('sum(rate({job="shop", filename="x"}[5m])) > 1')})
    one = idle.of('sum(rate({job="shop", filename="x"}[5m])) > 1')
    assert one["verdict"] == "SAME"
    assert one["reason"] == 'It finds nothing today: no stream of h1/shop has filename="x".'


@pytest.mark.parametrize("expression", ['(job:err{job="shop"} or vector(0)) < 1', "sum(job:err) or on() vector(0)"])
def test_a_literal_in_the_place_of_series_that_are_gone_is_said(report, expression):
    one = report({**COMPOSE, **over_recorded(expression)}).of(expression)
    assert one["verdict"] == "EMPTY" and "hides this" in one["reason"]


SAME_NAMES = {"compose/shop/compose.yml": "services: {shop: {image: x, logging: {driver: syslog}}}\n"}


def test_a_component_that_is_called_as_its_service_does_not_take_its_place(report):
    judged = report({**SAME_NAMES, "dashboards/d.json": dashboard('{job="shop"} |= "x"')})
    assert judged.short('{job="shop"} |= "x"') == ("EMPTY", "certain", '{service="shop"} |= "x"')


def test_free_text_is_not_edited_unseen(report):
    box = {"name": "t", "type": "textbox", "query": "shop"}
    judged = report({**SAME_NAMES, "dashboards/d.json": dashboard('{job="$t"}', '{job="shop"} |= "$t"', variables=[box])})
    typed = judged.of('{job="$t"}')
    assert (typed["verdict"], typed["confidence"], edit(typed)) == ("EMPTY", "likely", None)
    assert "free text" in typed["blocked"]
    # What is typed into a filter of lines means no streams.
    assert judged.short('{job="shop"} |= "$t"') == ("EMPTY", "certain", '{service="shop"} |= "$t"')


def test_what_was_a_week_ago_has_the_old_labels(report):
    week = 'sum(rate({job="shop"}[5m])) / sum(rate({job="shop"}[5m] offset 7d))'
    judged = report({**SAME_NAMES, "rules/r.yml": rules(week)})
    one = judged.of(week)
    assert one["verdict"] == "EMPTY" and one["confidence"] == "likely" and edit(one) is None
    assert "7d" in one["blocked"]


def test_a_project_whose_name_nobody_has_said_is_never_certain(report):
    judged = report({"dashboards/d.json": dashboard('{job="shop"}')})
    assert judged.short('{job="shop"}') == ("EMPTY", "likely", '{service="shop"}')


def test_routes_that_stay_are_not_certain_either(report):
    judged = report({**SAME_NAMES, **routed(METRICS, [{"receiver": "d", "match": {"job": "shop"}}])})
    assert judged.short("job")[:2] == ("SAME", "likely")


def test_what_loki_refuses_before_and_after_is_the_same(report):
    query = '{namespace=~".*"} |= "x"'
    rule = 'count_over_time({level!="info"}[5m]) > 0'
    found = report({"rules/r.yml": rules(rule),
                    "dashboards/d.json": dashboard(query, variables=[variable("job", "label_values({}, job)")])})
    for old in (query, rule, "{}"):
        assert found.short(old) == ("SAME", "certain", None), old
        assert "Loki refuses a selector" in found.of(old)["reason"]
    assert found.answer.code == 2  # The values of $job change; no alert ends.


def test_series_of_the_past_have_the_old_labels(report):
    recorded = {"record": "shop:errors", "expr": 'sum by (job) (rate({job="shop"} |= "error" [5m]))'}
    alerts = ['shop:errors{job="shop"} > 2 * shop:errors{job="shop"} offset 1w', 'shop:errors{job="shop"} @ end() > 1',
              'max_over_time(shop:errors{job="shop"}[1h:5m] @ 1609746000) > 1', 'shop:errors{job="shop"} offset -5m > 1']
    judged = report({"rules/r.yml": json.dumps({"groups": [{"name": "g", "rules": [
        recorded, *({"alert": f"A{i}", "expr": one} for i, one in enumerate(alerts))]}]}), **COMPOSE})
    for alert, looks_back in zip(alerts, (True, False, True, False)):
        found = judged.of(alert)
        assert found["verdict"] == "EMPTY" and found["proposed"] == alert.replace('job=', 'service=')
        assert (found["confidence"], bool(found["blocked"])) == (("likely", True) if looks_back else ("certain", False)), alert


def test_tags_of_spans_select_streams_by_labels_that_are_gone(report):
    traces = json.dumps({"datasources": [{"name": "Loki", "type": "loki", "uid": "loki"}, {
        "name": "Tempo", "type": "tempo", "uid": "tempo", "jsonData": {"tracesToLogsV2": {
            "datasourceUid": "loki", "tags": [{"key": "service.name", "value": "job"}, {"key": "hostname"}]}}}]})
    judged = report({"dashboards/datasources.json": traces, **COMPOSE})
    assert judged.short("job") == ("NARROWS", "likely", None)
    assert judged.short("hostname")[:2] == ("SAME", "certain")


def test_keep_keeps_the_label_in_the_place_of_the_old_one(report):
    queries = {'sum by (job) (rate({job="shop"} | keep job [5m]))': 'sum by (service) (rate({service="shop"} | keep service [5m]))',
               '{job="shop"} | keep job, hostname': '{service="shop"} | keep service, hostname',
               '{job="shop"} | keep hostname': '{service="shop"} | keep hostname'}
    judged = report({"dashboards/d.json": dashboard(*queries), **COMPOSE})
    for query, proposed in queries.items():
        assert judged.short(query) == ("EMPTY", "certain", proposed)


def test_a_filter_needs_the_text_that_a_template_made_before(report):
    def moves(service, host, *after):
        return {"before": {"job": "docker", "service": service, "hostname": host}, "after": [*after]}
    fleet = {"puck": {"angelia": moves("angelia", "puck", *({"component": part, "container": f"other-{part}-1", "hostname": "puck",
                                                             "service": "other"} for part in ("app", "worker")))},
             "oberon": {name: moves(name, "oberon", {"component": part, "container": f"{name}-{part}-1", "hostname": "oberon",
                                                     "service": name}) for name, part in (("kairos", "app"), ("neo", "*"))}}
    stays = [{"job": "systemd", "hostname": "puck"}, {"job": "systemd", "hostname": "puck", "service": "alloy"},
             {"component": "app", "hostname": "puck", "service": "athena"}]
    selector = '{job=~".+", service=~"kairos|systemd"}'
    shown, filtered = (f'avg by (job) (count_over_time({selector} | line_format "{{{{.job}}}}"{more} [5m]))'
                       for more in ("", ' |= "kairos"'))
    judged = report({"map.yml": json.dumps({"hosts": fleet, "unchanged": stays}), "dashboards/d.json": dashboard(shown, filtered)})
    assert judged.of(shown)["proposed"] and judged.of(filtered)["proposed"] is None
