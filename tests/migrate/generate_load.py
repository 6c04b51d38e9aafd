#!/usr/bin/env python3
"""Makes what a large fleet's owners keep: generate_load.py FOLDER [DASHBOARDS [RULES]].

1,000 dashboards of 30 panels and 2,000 rules by default, beside the seeded fleet (seeded/fleet.py).
Same numbers, same files.
"""
import pathlib
import random
import sys

from seeded import fleet
from seeded.dashboards import DATASOURCES
from seeded.log_templates import LOG
from seeded.metric_templates import ALERT, METRIC
from seeded.panels import dashboard, panel
from seeded.pick import Pick
from seeded.rules import Rule, groups, provisioned
from seeded.writing import as_json, as_yaml

PANELS = 30
RULES_A_FILE = 20


def drawn(p, templates, count):
    return [p.rng.choice(templates)(p) for _ in range(count)]


def generate(folder, dashboards=1000, rules=2000):
    """Writes inventory, compose files, dashboards/ and rules/ below `folder`."""
    p = Pick(random.Random(1))
    fleet.write(folder)
    (folder / "dashboards").mkdir()
    (folder / "rules").mkdir()
    (folder / "dashboards" / "datasources.yaml").write_text(DATASOURCES)
    templates = list(LOG.values()) + list(METRIC.values())
    for number in range(dashboards):
        cases = drawn(p, templates, PANELS)
        panels = [panel(n, f"Panel {n}", [case]) for n, case in enumerate(cases, 1)]
        text = as_json(dashboard(f"load-{number:04}", f"Load {number}", panels))
        (folder / "dashboards" / f"load-{number:04}.json").write_text(text)
    for number in range(0, rules, RULES_A_FILE):
        cases = drawn(p, list(ALERT.values()), min(RULES_A_FILE, rules - number))
        listed = [Rule(f"Load{number + n:05}", case, (("severity", "page"),))
                  for n, case in enumerate(cases)]
        shaped = (provisioned(listed, number, lambda model: model) if number // RULES_A_FILE % 4 == 0
                  else {"groups": groups(listed, number)})
        ending, spell = ("json", as_json) if number // RULES_A_FILE % 2 == 0 else ("yaml", as_yaml)
        (folder / "rules" / f"load-{number:05}.{ending}").write_text(spell(shaped))


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    generate(pathlib.Path(sys.argv[1]), *map(int, sys.argv[2:]))
