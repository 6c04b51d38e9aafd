"""Rules in every shape, PromQL that reads what they record, and the routes of their alerts."""
import dataclasses
import json

from .cases import Case, Expected, OfMetrics
from .language import Aggregation, Compared, Matcher, Series
from .log_templates import job
from .metric_templates import ALERT
from .pick import Pick
from .truth import verdict
from .writing import as_json, as_yaml


@dataclasses.dataclass(frozen=True)
class Rule:
    """An alert, or with `record` a recorded series."""
    name: str
    case: Case
    labels: tuple = ()
    record: bool = False

    def text(self):
        return self.case.query.text()

    def alerts(self, world):
        """Label sets of its alerts, each with what makes it this alert and no other."""
        for labels, origins in self.case.query.table(world).items():
            yield ({**dict(labels), **dict(self.labels), "alertname": self.name},
                   {(self.name, origin) for origin in origins or {labels}})


def alert(p: Pick, number):
    case = p.rng.choice(list(ALERT.values()))(p)
    labels = {"severity": p.rng.choice(("page", "ticket"))}
    if p.rng.random() < 0.2:
        labels["team"] = p.rng.choice(("core", "web"))
    return Rule(f"Alert{number:03}", case, tuple(labels.items()))


def record(p: Pick, number):
    host, service = p.moved()
    matchers = p.rng.choice(([p.on_host(host)], [job("=", service.name)], [job("=", p.staying_job())],
                             [p.on_host(host), job("=~", ".+")]))
    names = p.rng.choice((("job",), ("job", "hostname"), ("hostname",)))
    query = Aggregation("sum", p.rate(p.log(*matchers), "5m"), "by", names)
    labels = (("job", "fixed"),) if p.rng.random() < 0.2 else (("source", "loki"),)
    template = "record: by " + ", ".join(names)
    return Rule(f"lab:lines{number:03}:rate5m", Case(template, query), labels, True)


def consumer(p: Pick, rule):
    """PromQL that reads a recorded series."""
    jobs = [dict(labels).get("job") for labels in rule.case.query.table(p.today)]
    name = p.rng.choice([found for found in jobs if found] or [p.moved_job()])
    matchers = p.rng.choice(((), (job("=", name),), (job("!=", name),), (job("=~", f"{name}|nothing"),),
                             (Matcher("source", "=", "loki"),)))
    series = Series(rule.name, rule.case.query, rule.labels, matchers)
    query = p.rng.choice((series, Aggregation("sum", series, "by", ("job",)), Aggregation("max", series)))
    return Case("second hop", query, legend="{{job}}", datasource="prometheus")


def spelled(rule):
    """A rule as Loki's ruler and Prometheus read it."""
    found = {"record" if rule.record else "alert": rule.name, "expr": rule.text()}
    if not rule.record:
        found |= {"for": "5m", "annotations": {"summary": "{{ $labels.job }} on {{ $labels.hostname }}"}}
    return {**found, "labels": dict(rule.labels)}


def groups(rules, number):
    return [{"name": f"group-{number:03}", "interval": "1m", "rules": [spelled(rule) for rule in rules]}]


def ruler(p, rules, number):
    return ".yaml", as_yaml({"groups": groups(rules, number)}, width=p.rng.choice((80, 10000)))


def ruler_blocks(p, rules, number):
    """Expressions in block scalars, one stage a line, as people write them."""
    text = [f"groups:\n  - name: group-{number:03}\n    rules:"]
    for n, rule in enumerate(rules):
        style, joined = (("|", "\n          | ") if n % 2 else (">-", "\n          | "))
        expr = rule.text().replace(" | ", joined)
        text.append(f"      - {'record' if rule.record else 'alert'}: {rule.name}\n"
                    f"        expr: {style}\n          {expr}")
        text.append("        labels: {" + ", ".join(f"{k}: {v}" for k, v in rule.labels) + "}")
    return ".yml", "\n".join(text) + "\n"


def ruler_namespaces(p, rules, number):
    half = len(rules) // 2
    return ".yaml", as_yaml({"tenant-a": groups(rules[:half], number),
                             "tenant-b": groups(rules[half:], number)})


def ruler_json(p, rules, number):
    return ".json", as_json({"groups": groups(rules, number)})


def provisioned(rules, number, spell):
    listed = []
    for rule in rules:
        query = {"refId": "A", "datasourceUid": "loki-lab",
                 "relativeTimeRange": {"from": 600, "to": 0},
                 "model": {"refId": "A", "expr": rule.text(), "queryType": "instant"}}
        condition = {"refId": "B", "datasourceUid": "__expr__",
                     "model": {"refId": "B", "type": "threshold", "expression": "A",
                               "conditions": [{"evaluator": {"type": "gt", "params": [0]}}]}}
        for part in (query, condition):
            part["model"] = spell(part["model"])
        listed.append({"uid": f"{rule.name.lower()}", "title": rule.name, "condition": "B",
                       "data": [query, condition], "for": "5m", "noDataState": "OK",
                       "labels": dict(rule.labels)})
    return {"apiVersion": 1, "groups": [{"orgId": 1, "name": f"group-{number:03}", "folder": "Lab",
                                         "interval": "1m", "rules": listed}]}


def grafana_objects(p, rules, number):
    return ".yaml", as_yaml(provisioned(rules, number, lambda model: model), width=80)


def grafana_objects_json(p, rules, number):
    return ".json", as_json(provisioned(rules, number, lambda model: model))


def grafana_strings(p, rules, number):
    return ".yaml", as_yaml(provisioned(rules, number, json.dumps))


def custom_resource(p, rules, number):
    kind = p.rng.choice((("monitoring.coreos.com/v1", "PrometheusRule"),
                         ("loki.grafana.com/v1", "AlertingRule")))
    return ".yaml", as_yaml({"apiVersion": kind[0], "kind": kind[1],
                             "metadata": {"name": f"rules-{number:03}", "labels": {"loki": "yes"}},
                             "spec": {"groups": groups(rules, number)}})


def config_map(p, rules, number):
    return ".yaml", as_yaml({"apiVersion": "v1", "kind": "ConfigMap",
                             "metadata": {"name": f"rules-{number:03}", "labels": {"loki_rule": ""}},
                             "data": {"rules.yaml": as_yaml({"groups": groups(rules, number)})}})


SHAPES = (ruler, ruler_blocks, ruler_namespaces, ruler_json, grafana_objects, grafana_objects_json,
          grafana_strings, custom_resource, config_map)
ALERTS_ONLY = (grafana_objects, grafana_objects_json, grafana_strings)


def write(folder, p, files):
    """Writes files of five rules; gives (Expected, case) pairs and all rules."""
    folder.mkdir(parents=True)
    pairs, rules, number = [], [], 0
    for index in range(files):
        shape = SHAPES[index % len(SHAPES)]
        drawn = []
        while len(drawn) < 5:
            number += 1
            may_record = shape not in ALERTS_ONLY and len(drawn) == 4
            rule = record(p, number) if may_record else alert(p, number)
            if rule.text() not in [other.text() for other in drawn]:
                drawn.append(rule)
        ending, text = shape(p, drawn, index)
        name = f"rules-{index:03}{ending}"
        (folder / name).write_text(text)
        rules += drawn
        pairs += [(Expected(name, "rules: " + shape.__name__.replace("_", " "), rule.case.template,
                            rule.text(), ()), rule.case) for rule in drawn]
    return pairs, rules


def write_prometheus(folder, p, rules):
    """Alerts over recorded series, in a file of Prometheus."""
    alerts, pairs = [], []
    for n, rule in enumerate(rules):
        case = consumer(p, rule)
        case = dataclasses.replace(case, query=Compared(case.query, "> 1"))
        alerts.append(Rule(f"Recorded{n:03}", case, (("severity", "ticket"),)))
        pairs.append((Expected("prometheus.rules.yml", "rules: Prometheus", case.template,
                               case.query.text(), ()), case))
    # A service whose route takes its alerts over metrics as well.
    down = p.moved_names[0]
    alerts.append(Rule("Down", Case("up", OfMetrics(f'up{{job="{down}"}} == 0', (("job", down),)),
                                    datasource="prometheus"), (("severity", "ticket"),)))
    (folder / "prometheus.rules.yml").write_text(as_yaml({"groups": groups(alerts, 900)}))
    return pairs, alerts


def route_verdicts(matcher, rules, today, moved):
    """On the alerts that a matcher takes. One that an absent_over_time gains beside a lost one can
    be called either."""
    def taken(world, chosen):
        return set().union(*(ids for rule in chosen for labels, ids in rule.alerts(world)
                             if matcher.accepts(labels, world)))
    found = []
    for chosen in (rules, [rule for rule in rules if "absent" not in rule.case.template]):
        before, after = taken(today, chosen), taken(moved, chosen)
        found.append(verdict({(): before} if before else {}, {(): after} if after else {}))
    return tuple(dict.fromkeys(found))


def write_routes(folder, p, rules, today, moved):
    """An Alertmanager configuration whose routes match on the alerts' labels."""
    rules = [rule for rule in rules if not rule.record]
    matchers = [job("=", name) for name in p.moved_names + p.staying_names]
    matchers += [job("=~", "kairos|quill"), Matcher("team", "=", "core"), Matcher("severity", "=", "page")]
    routes = [{"receiver": "people", "matchers": [matcher.text()]} for matcher in matchers]
    (folder / "alertmanager.yml").write_text(as_yaml({
        "route": {"receiver": "nobody", "group_by": ["job"], "routes": routes},
        "receivers": [{"name": "nobody"}, {"name": "people"}]}))
    pairs = []
    for matcher in matchers:
        verdicts = route_verdicts(matcher, rules, today, moved)
        if matcher.name != "job":  # A rule may stop firing and be routed as before.
            verdicts = ("SAME", "NARROWS", "WIDENS", "VALUE-CHANGED")
        pairs.append(Expected("alertmanager.yml", "routes", "route on " + matcher.name, matcher.text(),
                              verdicts))
    return pairs
