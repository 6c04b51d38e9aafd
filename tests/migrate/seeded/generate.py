#!/usr/bin/env python3
"""Writes the seeded benchmark: generate.py FOLDER [SEED]. Same seed, same files.

    inventory/ group_vars/ host_vars/ compose/    the fleet
    dashboards/ rules/                            documents that read its logs
    truth.json                                    what the move does to each query, computed
    inhibitions.json                              whether each inhibition loses alerts that it silences
"""
import dataclasses
import json
import pathlib
import random
import sys

from . import dashboards, fleet, inhibitions, rules, truth
from .pick import Pick

SEED = 20261121


def judged(pairs, today, moved):
    for expected, case in pairs:
        verdicts = case.accepts or (truth.of(case.query, today, moved),)
        yield dataclasses.replace(expected, verdicts=tuple(verdicts))


def generate(folder, seed=SEED, dashboard_count=150, rule_files=45):
    """Writes everything below `folder`, which must not exist, and gives the list of Expected."""
    p = Pick(random.Random(seed))
    fleet.write(folder)
    rule_pairs, all_rules = rules.write(folder / "rules", p, rule_files)
    recorded = [rule for rule in all_rules if rule.record]
    consumers = [rules.consumer(p, rule) for rule in recorded for _ in range(2)]
    board_pairs = dashboards.write(folder / "dashboards", p, dashboard_count, consumers)
    second_pairs, second = rules.write_prometheus(folder / "rules", p, recorded)
    found = list(judged(rule_pairs + board_pairs + second_pairs, p.today, p.moved_world))
    found += rules.write_routes(folder / "rules", p, all_rules + second, p.today, p.moved_world)
    lost = inhibitions.write(folder / "rules", p, all_rules + second)
    (folder / "inhibitions.json").write_text(json.dumps(lost) + "\n")
    text = json.dumps([dataclasses.asdict(expected) for expected in found], indent=1)
    (folder / "truth.json").write_text(text + "\n")
    return found


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    generate(pathlib.Path(sys.argv[1]), *map(int, sys.argv[2:]))
