"""The benchmark's own judgement, on cases small enough to decide by eye."""
import pytest
import yaml
from seeded import cases, fleet, generate, score, truth
from seeded.language import (Aggregation, Divided, Drop, LabelFilter, LabelReplace, LineFilter,
                             LogQuery, Matcher, OrZero, Parser, Range, Rename, Series, Variable)


def world(*streams):
    """One line a stream: (who, labels)."""
    return [fleet.Entry((who,), labels, '{"level": "error", "job": "inner"}') for who, labels in streams]


TODAY = world(("kairos", {"job": "kairos", "host": "puck"}), ("unit", {"job": "systemd", "host": "puck"}))
MOVED = world(("kairos", {"service": "kairos", "host": "puck"}),
              ("unit", {"job": "systemd", "host": "puck"}))


def query(*matchers, stages=()):
    return LogQuery(tuple(Matcher(*matcher) for matcher in matchers), tuple(stages))


def count(*matchers):
    return Range("count_over_time", query(*matchers))


HOST, KAIROS, UNIT = ("host", "=", "puck"), ("job", "=", "kairos"), ("job", "=", "systemd")


@pytest.mark.parametrize("asked, verdict", [
    (query(KAIROS), "EMPTY"),
    (query(("job", "=~", "kai.*")), "EMPTY"),
    (query(("job", "=~", "kai")), "SAME"),  # Anchored: it never matched.
    (query(UNIT), "SAME"),
    (query(("job", "=~", "kairos|systemd")), "NARROWS"),
    (query(HOST, ("job", "=~", ".+")), "NARROWS"),
    (query(HOST, ("job", "=~", ".*")), "VALUE-CHANGED"),
    (query(HOST, ("job", "!=", "kairos")), "WIDENS"),
    (query(HOST, ("job", "!~", "kairos|systemd")), "WIDENS"),
    (query(HOST, ("job", "!~", "syst.*")), "VALUE-CHANGED"),
    (query(HOST, ("job", "=", "")), "WIDENS"),
    (query(HOST, ("service", "=", "")), "NARROWS"),
    (query(("service", "=", "kairos")), "WIDENS"),
    (query(HOST, stages=[LabelFilter(Matcher("job", "=", "kairos"))]), "EMPTY"),
    (query(HOST, stages=[LineFilter("|=", "absent")]), "SAME"),
    (query(UNIT, stages=[Parser("json"), LabelFilter(Matcher("level", "=", "error"))]), "SAME"),
    # The line's own job stands under job_extracted only while the stream has one.
    (query(HOST, stages=[Parser("json"), LabelFilter(Matcher("job", "=", "inner"))]), "WIDENS"),
    (Aggregation("sum", count(HOST)), "SAME"),
    (Aggregation("sum", count(HOST), "by", ("job",)), "VALUE-CHANGED"),
    (Aggregation("sum", count(HOST), "without", ("job", "service")), "SAME"),
    (Aggregation("sum", count(KAIROS)), "EMPTY"),
    (OrZero(Aggregation("sum", count(KAIROS))), "EMPTY"),
    (Range("absent_over_time", query(KAIROS)), "WIDENS"),
    (Range("absent_over_time", query(UNIT)), "SAME"),
    (Divided(Aggregation("sum", count(KAIROS)), Aggregation("sum", count(HOST))), "EMPTY"),
    (Divided(Aggregation("sum", count(HOST, ("job", "!=", "systemd")), "by", ("job",)),
             Aggregation("sum", count(HOST, ("job", "=~", ".+")), "by", ("job",)), "on", ("job",)), "EMPTY"),
    (Divided(Aggregation("sum", count(HOST), "by", ("job",)), Aggregation("sum", count(HOST)),
             "ignoring", ("job",), True), "VALUE-CHANGED"),
    (LabelReplace(Aggregation("sum", count(HOST), "by", ("host",)), "a", "job"), "SAME"),
    (LabelReplace(Aggregation("sum", count(HOST), "by", ("job",)), "a", "job"), "VALUE-CHANGED"),
    (query(HOST, stages=[Drop(False, ("job", "service"))]), "SAME"),
    (query(HOST, stages=[Drop(True, ("job",))]), "VALUE-CHANGED"),
    (query(HOST, stages=[Rename("a", "job"), LabelFilter(Matcher("a", "=", "kairos"))]), "EMPTY"),
    (Series("m", Aggregation("sum", count(HOST), "by", ("job",)), (),
            (Matcher("job", "=", "kairos"),)), "EMPTY"),
    (Series("m", Aggregation("sum", count(HOST), "by", ("host",)), (("job", "fixed"),),
            (Matcher("job", "=", "fixed"),)), "SAME"),
], ids=lambda value: value if isinstance(value, str) else value.text())
def test_verdicts(asked, verdict):
    assert truth.of(asked, TODAY, MOVED) == verdict


def test_queries_are_written_as_grafana_shows_them():
    value = Variable("${job:regex}", lambda world: "kairos")
    assert query(("job", "=~", value), ("a", "!=", 'q"')).text() == '{job=~"${job:regex}", a!="q\\""}'
    ratio = Divided(Aggregation("sum", count(KAIROS), "by", ("job",)), count(HOST), "on", ("job",))
    assert ratio.text() == ('sum by (job) (count_over_time({job="kairos"} [5m])) / '
                            'on (job) count_over_time({host="puck"} [5m])')


def test_fleet_keeps_every_line_when_it_moves():
    today, moved = fleet.entries(False), fleet.entries(True)
    assert [entry.origin for entry in today] == [entry.origin for entry in moved]
    changed = {(a.origin[0], a.origin[1]) for a, b in zip(today, moved) if a.labels != b.labels}
    assert changed == {(host.name, service.name) for host in fleet.HOSTS for service in host.services
                       if service.mechanism == "syslog" and host.docker}
    kairos = next(entry for entry in moved if entry.origin[:3] == ("ares", "kairos", "worker"))
    assert kairos.labels == {"service": "kairos", "component": "worker", "container": "kairos-worker-1",
                             "hostname": "ares.lab", "environment": "lab", "service_name": "kairos"}


def test_same_seed_same_files(tmp_path):
    for name in ("a", "b"):
        generate.generate(tmp_path / name, dashboard_count=12, rule_files=9)
    files = [{path.relative_to(tmp_path / name): path.read_bytes()
              for path in (tmp_path / name).rglob("*") if path.is_file()} for name in ("a", "b")]
    assert files[0] == files[1]
    assert len(files[0]) > 50


def test_files_are_what_they_are_called_and_hold_their_queries(tmp_path):
    found = generate.generate(tmp_path / "all", dashboard_count=24, rule_files=18)
    texts = {}
    for path in (tmp_path / "all").rglob("*"):
        if path.suffix in (".yaml", ".yml", ".json") and path.name != "truth.json":
            # JSON is YAML but for tabs, and PyYAML joins folded lines as Grafana does.
            texts[path.name] = list(strings(list(yaml.safe_load_all(path.read_text()))))
    for expected in found:
        assert any(score.normalised(expected.text) == score.normalised(text)
                   for text in texts[expected.file]), expected


def strings(value):
    """All texts of a document, and of documents within its texts."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from strings(part)
    elif isinstance(value, str):
        yield value
        if value.lstrip().startswith(("{\n", '{"', "groups:")):
            yield from strings(yaml.safe_load(value))


def test_scores_count_misses_and_false_alarms():
    def expected(text, *verdicts):
        return cases.Expected("a.json", "shape", "template", text, verdicts)

    def finding(text, verdict):
        return {"file": "dir/a.json", "old": text, "verdict": verdict, "reason": ""}
    truths = [expected("a", "EMPTY"), expected("b", "EMPTY"), expected("c", "SAME"),
              expected("d", "NARROWS", "EMPTY"), expected("e", "WIDENS"), expected("f", "WIDENS")]
    given = [finding("a", "EMPTY"), finding("b ", "UNKNOWN"), finding("c", "WIDENS"),
             finding("d", "EMPTY"), finding("e", "WIDENS"), finding("g", "SAME")]
    found = score.Score(truths, given)
    assert (found.recall("EMPTY"), found.recall("WIDENS")) == (0.5, 1.0)
    assert found.precision() == 0.75  # Three of a, c, d, e.
    assert [miss[0].text for miss in found.misses] == ["b", "c"]
    assert [miss.text for miss in found.unseen] == ["f"]
    assert [other["old"] for other in found.unexpected] == ["g"]
