"""cfgc migrate report --verify URL against the embedded receiver: lines go in over HTTP, counts come back."""
import json
import time
import urllib.parse
import urllib.request

import pytest
from conftest import documents
from programs import Receiver, free_port

TODAY = {"job": "kairos", "hostname": "puck.incus", "environment": "ouranos"}
MOVED = {"service": "kairos", "component": "app", "container": "kairos-app-1",
         "hostname": "puck.incus", "environment": "ouranos"}


@pytest.fixture(scope="module")
def receiver():
    with Receiver() as running:
        yield running


@pytest.fixture
def loki(receiver):
    """push(labels, lines, tenant): gives the emptied receiver lines of the last minute."""
    receiver.post("/reset")

    def push(labels, lines, tenant=""):
        now = time.time_ns()
        values = [[str(now - (len(lines) - i) * 1_000_000), line] for i, line in enumerate(lines)]
        request = urllib.request.Request(
            receiver.url, data=json.dumps({"streams": [{"stream": labels, "values": values}]}).encode(),
            headers={"Content-Type": "application/json", **({"X-Scope-OrgID": tenant} if tenant else {})})
        urllib.request.urlopen(request, timeout=10).close()

    push.url = f"http://{receiver.address}:{receiver.port}"
    return push


def verified(fleet, url, verdict=None):
    """What --verify says of findings, perhaps of one verdict only: {old query: counts}, and the answer."""
    answer = fleet.migrate("report", *documents(docs=None), "--host", "puck", "--services", "kairos",
                           "--format", "json", "--verify", url)
    findings = answer.json()["findings"]
    return {found["old"]: found["verified"] for found in findings
            if found["verified"] and verdict in (None, found["verdict"])}, answer


def test_lines_with_both_labels_agree(fleet, loki):
    lines = ["all is well", "an Error", "another error"]
    loki(TODAY, lines)
    loki(MOVED, lines)
    found, answer = verified(fleet, loki.url)
    assert answer.code == 3  # Verifying changes no verdict.
    said = [counts for counts in found.values() if counts["asked"] and counts["old_lines"]]
    assert said
    assert any(counts["agrees"] and counts["old_lines"] == counts["new_lines"] for counts in said)
    assert all(counts["note"] for counts in found.values())


@pytest.mark.parametrize("labels, side, note", [
    (TODAY, "old_lines", "only the old query finds lines"),
    (MOVED, "new_lines", "only the proposed query finds lines: the service has moved"),
])
def test_one_side_of_the_move(fleet, loki, labels, side, note):
    loki(labels, ["an error"] * 4)
    found, _ = verified(fleet, loki.url, "EMPTY")
    seen = [counts for counts in found.values() if counts["asked"] and counts[side]]
    assert [counts for counts in seen if counts[side] == 4 and counts["note"].startswith(note)]
    assert not any(counts["agrees"] for counts in seen)


def test_what_the_backend_cannot_evaluate_is_said(fleet, loki):
    loki(TODAY, ["an error"])
    found, _ = verified(fleet, loki.url)
    refused = {old: counts for old, counts in found.items() if not counts["asked"]}
    assert any("| json" in old and "HTTP 400: not supported here" in counts["note"]
               for old, counts in refused.items())
    assert all(counts["old_lines"] == counts["new_lines"] == 0 for counts in refused.values())


def test_only_the_tenant_that_asks_is_counted(fleet, loki, monkeypatch):
    loki(TODAY, ["an error"] * 7, tenant="other")
    loki(TODAY, ["an error"] * 2, tenant="ours")
    monkeypatch.setenv("LOKI_ORG_ID", "ours")
    found, _ = verified(fleet, loki.url, "EMPTY")
    counted = {counts["old_lines"] for counts in found.values()}
    assert 2 in counted and not counted & {7, 9}


def test_nothing_is_written(fleet, loki, receiver):
    loki(TODAY, ["an error"])
    before, files = receiver.stats(), fleet.files()
    verified(fleet, loki.url)
    assert receiver.stats() == before
    assert fleet.files() == files


def test_a_backend_that_is_down_is_one_error(fleet):
    _, answer = verified(fleet, f"http://127.0.0.1:{free_port()}")
    assert answer.code == 1
    assert answer.errors.count("connect: Connection refused") == 1


def test_people_read_the_counts_too(fleet, loki):
    loki(TODAY, ["an error"])
    said = fleet.migrate("report", *documents(docs=None), "--host", "puck", "--services", "kairos",
                         "--verify", loki.url).out
    assert "in Loki    1 line in 1 stream with the old query, 0 lines in 0 streams with the new one" in said


def asked(receiver, endpoint, **parameters):
    """(status, answer) of one of the receiver's endpoints for reading."""
    query = urllib.parse.urlencode({name.replace("match", "match[]"): value
                                    for name, value in parameters.items()})
    status, text = receiver.get(f"/loki/api/v1/{endpoint}?{query}")
    return status, json.loads(text)["data"] if status == 200 else text


@pytest.mark.parametrize("query, lines", [
    ('{job="kairos"}', ["all is well", "an Error"]),
    ('{job="kairos"} |= "Error"', ["an Error"]),
    ('{job="kairos"} != "Error"', ["all is well"]),
    ('{job="kairos"} |~ "(?i)error" != "all"', ["an Error"]),
    ('{job="kairos"} !~ "E.ror|no"', ["all is well"]),
    ('{job="kairos"} |= "well" or "Error"', ["all is well", "an Error"]),
    ('{job=~"kai.*", service!="x", service=""}', ["all is well", "an Error"]),
    ('{job="kai"}', []),
])
def test_the_receiver_finds_lines(loki, receiver, query, lines):
    loki(TODAY, ["all is well", "an Error"])
    loki(MOVED, ["elsewhere"])
    status, data = asked(receiver, "query_range", query=query)
    assert status == 200 and data["resultType"] == "streams"
    assert [text for stream in data["result"] for _, text in stream["values"]] == lines
    status, data = asked(receiver, "query", query=f"sum(count_over_time({query}[5m]))")
    assert status == 200 and data["resultType"] == "vector"
    assert [sample["value"][1] for sample in data["result"]] == ([str(len(lines))] if lines else [])


def test_the_receiver_knows_streams_labels_and_steps(loki, receiver):
    loki(TODAY, ["a", "b"])
    loki(MOVED, ["c"])
    assert asked(receiver, "series", match='{hostname="puck.incus"}')[1] == [MOVED, TODAY]
    assert asked(receiver, "labels")[1] == sorted({*TODAY, *MOVED})
    by_host = 'sum by (hostname) (count_over_time({hostname=~".+"}[1h]))'
    now = int(time.time()) + 1
    _, data = asked(receiver, "query_range", query=by_host, start=now - 7200, end=now, step=3600)
    assert data["resultType"] == "matrix"
    assert [(row["metric"], [value for _, value in row["values"]]) for row in data["result"]] == [
        ({"hostname": "puck.incus"}, ["3"])]


@pytest.mark.parametrize("query, why", [
    ('{job="kairos"} | json', "not supported here"),
    ('{job="kairos"} |= ip("10.0.0.1")', "not supported here"),
    ('rate({job="kairos"}[5m])', "not supported here"),
    ('max(count_over_time({job="kairos"}[5m]))', "not supported here"),
    ('count_over_time({job="kairos"}[5m] offset 1h)', "not supported here"),
    ('{job=~".*"}', "parse error"),
    ('{job=~"("}', "parse error"),
    ('{job=', "parse error"),
])
def test_what_the_receiver_does_not_know_is_an_error(receiver, query, why):
    endpoint = "query_range" if query.startswith("{") else "query"
    status, text = asked(receiver, endpoint, query=query)
    assert status == 400 and text.startswith(why)
