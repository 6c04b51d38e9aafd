"""Moves that change which lines come, what is in them, or where they go: labels do not show it."""
import json

import pytest
from test_strangers import COMPOSE, dashboard, report, rules  # noqa: F401 (a fixture)

SHARED = """fleet.backends "default" {{ }}
fleet.syslog "services" {{ forward_to = [loki.process.p.receiver] }}
fleet.docker "containers" {{ forward_to = [loki.process.p.receiver] }}
loki.process "p" {{
  forward_to = [loki.write.default.receiver]

  {}
}}
"""
OLD = 'count_over_time({job="shop"}[5m]) > 3'
TEMPLATE = "templates/default.river"


def shared(stages):
    return {TEMPLATE: SHARED.format(stages), **COMPOSE}


@pytest.mark.parametrize("stages, line", [
    # Lines that a step drops by the old label come after the move.
    ('stage.match {\n    selector = "{job=\\"shop\\"} |= \\"debug\\""\n    action   = "drop"\n  }', 7),
    ('stage.match {\n    selector = "{job=\\"shop\\"}"\n\n    stage.drop {\n      expression = "debug"\n    }\n  }', 10),
    ('stage.match {\n    selector = "{job=\\"shop\\"}"\n\n    stage.sampling {\n      rate = 0.5\n    }\n  }', 10),
    ('stage.match {\n    selector = "{job=~\\"s.*\\"}"\n\n    stage.limit {\n      rate  = 5\n      burst = 5\n      drop  = true\n'
     '    }\n  }', 10),
    ('stage.drop {\n    source      = "job"\n    value       = "shop"\n    longer_than = "1KiB"\n  }', 7),
    # And by the new one, or because the old one is gone, lines go.
    ('stage.match {\n    selector = "{service=\\"shop\\"} |= \\"debug\\""\n    action   = "drop"\n  }', 7),
    ('stage.match {\n    selector = "{component=\\"worker\\"}"\n    action   = "drop"\n  }', 7),
    ('stage.match {\n    selector = "{job=\\"\\"} |= \\"debug\\""\n    action   = "drop"\n  }', 7),
    ('stage.logfmt {\n    mapping = {level = ""}\n  }\n\n  stage.labels {\n    values = {level = ""}\n  }\n\n  stage.match {\n'
     '    selector = "{job=\\"shop\\", level=\\"debug\\"}"\n    action   = "drop"\n  }', 15),
    # What is in the lines decides over filters.
    ('stage.match {\n    selector = "{job=\\"shop\\"}"\n\n    stage.replace {\n      expression = "(debug)"\n      replace    = "x"\n    }\n  }', 10),
])
def test_a_step_that_goes_by_labels_of_the_move_is_named(report, stages, line):  # noqa: F811
    judged = report({**shared(stages), "rules/r.json": rules(OLD)})
    found = judged.of(OLD)
    assert found["verdict"] == "EMPTY" and found["confidence"] != "certain"
    assert f"{TEMPLATE}:{line}:" in found["reason"], found["reason"]
    assert found["proposed"] is None or found["blocked"]


def test_the_same_steps_for_both_ways_are_no_difference(report):  # noqa: F811
    stages = ('stage.match {\n    selector = "{job=\\"shop\\"} |= \\"debug\\""\n    action = "drop"\n  }\n'
              'stage.match {\n    selector = "{service=\\"shop\\"} |= \\"debug\\""\n    action = "drop"\n  }\n'
              'stage.drop {\n    expression = "health"\n  }\n'
              'stage.match {\n    selector = "{job=\\"other\\"}"\n    action = "drop"\n  }')
    query = '{job="shop"} |= "error"'
    assert report({**shared(stages), "dashboards/d.json": dashboard(query)}).short(query) == (
        "EMPTY", "certain", '{service="shop"} |= "error"')


def test_streams_that_are_found_before_and_after_may_have_other_lines(report):  # noqa: F811
    stages = 'stage.match {\n    selector = "{job=\\"shop\\"}"\n\n    stage.sampling {\n      rate = 0.5\n    }\n  }'
    query = 'sum(count_over_time({hostname="h1"}[5m]))'
    found = report({**shared(stages), "dashboards/d.json": dashboard(query)}).of(query)
    assert (found["verdict"], found["confidence"]) == ("WIDENS", "likely")
    assert f"{TEMPLATE}:10:" in found["reason"]


def test_a_rule_that_keeps_what_has_the_old_label_drops_all_lines(report):  # noqa: F811
    template = """fleet.backends "default" { }
fleet.syslog "services" { forward_to = [loki.relabel.known.receiver] }
fleet.docker "containers" { forward_to = [loki.relabel.known.receiver] }
loki.relabel "known" {
  forward_to = [loki.write.default.receiver]

  rule {
    source_labels = ["job"]
    regex         = ".+"
    action        = "keep"
  }
}
"""
    found = report({TEMPLATE: template, **COMPOSE, "rules/r.json": rules(OLD)}).of(OLD)
    assert found["verdict"] == "EMPTY" and found["proposed"] is None
    assert f"{TEMPLATE}:7:" in found["reason"], found["reason"]


ELSEWHERE = """fleet.syslog "services" {{ forward_to = [loki.write.one.receiver] }}
fleet.docker "containers" {{ forward_to = [{}] }}
loki.write "one" {{
  endpoint {{
    url = "http://one:3100/loki/api/v1/push"
  }}
}}
loki.write "two" {{
  endpoint {{
    url       = "http://{}:3100/loki/api/v1/push"
    tenant_id = "{}"
  }}
}}
"""


@pytest.mark.parametrize("host, tenant", [("two", ""), ("one", "containers")])
def test_lines_that_go_to_another_backend_or_tenant_are_lost_to_the_old_one(report, host, tenant):  # noqa: F811
    queries = ['{job="shop"} |= "error"', '{hostname="h1"} |= "error"', '{service="shop"}']
    judged = report({TEMPLATE: ELSEWHERE.format("loki.write.two.receiver", host, tenant), **COMPOSE,
                     "dashboards/d.json": dashboard(*queries)})
    where = f"http://{host}:3100/loki/api/v1/push" + (f" for the tenant {tenant}" if tenant else "")
    for query, verdict in zip(queries, ("EMPTY", "NARROWS", "WIDENS")):
        found = judged.of(query)
        assert (found["verdict"], found["confidence"]) == (verdict, "likely"), query
        assert where in found["reason"] and (found["proposed"] is None or found["blocked"])


def test_a_tenant_that_is_made_of_the_old_label_goes_with_it(report):  # noqa: F811
    judged = report({**shared('stage.tenant {\n    label = "job"\n  }'), "dashboards/d.json": dashboard('{job="shop"}')})
    found = judged.of('{job="shop"}')
    assert found["confidence"] == "likely" and "for the tenant shop" in found["reason"] and found["blocked"]


def test_a_copy_to_one_more_backend_loses_nothing(report):  # noqa: F811
    query = '{hostname="h1"} |= "error"'
    found = report({TEMPLATE: ELSEWHERE.format("loki.write.one.receiver, loki.write.two.receiver", "two", ""),
                    **COMPOSE, "dashboards/d.json": dashboard(query)}).of(query)
    assert (found["verdict"], found["confidence"]) == ("SAME", "likely")
