"""The seeded renames: 150 dashboards and 255 rules in every shape, judged by cfgc and by the truth."""
import json
import pathlib

import pytest
from conftest import Fleet
from seeded.generate import generate
from seeded.inhibitions import FILE
from seeded.score import Score

WHOLE_QUERIES = ("query", "selector", "route_matchers")
OPTIONS = ("--dashboards", "dashboards", "--rules", "rules", "--compose", "compose", "--format", "json")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    """(Expected, the report's JSON, the exit code, the folder)."""
    folder = tmp_path_factory.mktemp("seeded") / "fleet"
    truth = generate(folder)
    answer = Fleet(folder).migrate("report", *OPTIONS)
    assert answer.code in (0, 2, 3), answer.errors
    return truth, answer.json(), answer.code, folder


def score(seeded):
    truth, report = seeded[:2]
    return Score(truth, [finding for finding in report["findings"] if finding["kind"] in WHOLE_QUERIES])


def test_benchmark_is_as_large_as_it_says(seeded):
    truth = seeded[0]
    files = {expected.file for expected in truth if expected.shape.startswith("dashboard")}
    assert len({pathlib.PurePath(file).name for file in files}) >= 150
    assert sum(expected.shape.startswith("rules") for expected in truth) >= 200
    assert sum(expected.verdicts == ("EMPTY",) for expected in truth) >= 300
    assert sum(expected.verdicts == ("WIDENS",) for expected in truth) >= 100


def test_recall_and_precision(seeded, measure):
    found = score(seeded)
    print(found.table())
    print(found.explained())
    measure("seeded renames: " + found.summary())
    for line in found.kinds():
        measure("  " + line)
    assert found.recall("EMPTY") >= 0.99
    assert found.recall("WIDENS") >= 0.99
    assert found.precision() >= 0.98


def test_inhibitions(seeded, measure):
    """What stops to silence others is said at one of its matchers or labels."""
    truth, report, folder = seeded[0], seeded[1], seeded[3]
    lost = json.loads((folder / "inhibitions.json").read_text())
    given = [[] for _ in lost]
    for finding in report["findings"]:
        if pathlib.PurePath(finding["file"]).name == FILE and finding["pointer"].startswith("/inhibit_rules/"):
            given[int(finding["pointer"].split("/")[2])].append(finding)
    assert truth and all(len(findings) == 3 for findings in given)
    said = [any(finding["verdict"] != "SAME" for finding in findings) for findings in given]
    parted = [any("/equal/" in finding["pointer"] and finding["verdict"] == "NARROWS" for finding in findings)
              for findings in given]
    recall = sum(a and b for a, b in zip(lost, said)) / sum(lost)
    precision = sum(a and b for a, b in zip(lost, parted)) / sum(parted)
    measure(f"seeded inhibitions: recall {recall:.4f} of {sum(lost)}, precision of `equal` {precision:.4f} "
            f"of {sum(parted)}")
    assert recall == 1.0
    assert precision >= 0.6


def test_every_query_is_seen(seeded):
    found = score(seeded)
    assert not found.unseen, found.explained()


def test_seen_is_judged_plus_unknown(seeded):
    report = seeded[1]
    coverage = report["coverage"]
    assert coverage["seen"] == coverage["judged"] + coverage["unknown"]
    assert coverage["seen"] == len(report["findings"]) + len(report["unknown"])
    assert sum(coverage["verdicts"].values()) == len(report["findings"])
    assert coverage["unknown"] == coverage["verdicts"]["UNKNOWN"] + len(report["unknown"])
    assert not report["errors"]


def test_every_finding_has_a_place_and_a_reason(seeded):
    report = seeded[1]
    for finding in report["findings"]:
        assert finding["line"] >= 1 and finding["column"] >= 1, finding
        if finding["verdict"] != "SAME":
            assert finding["reason"].strip(), finding


def test_a_dead_alert_is_the_exit_code(seeded):
    report, code = seeded[1:3]
    assert code == report["exit_code"] == 3
    assert any(finding["alert"] and finding["verdict"] in ("EMPTY", "WIDENS")
               for finding in report["findings"])
