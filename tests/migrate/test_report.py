"""`cfgc migrate report` on the sample fleet: puck moves its last four services off syslog."""
import json

import pytest
from conftest import documents, golden

MOVE = ("--host", "puck", "--services", "kairos,angelia,spelunker,jupyterlab")


def report(fleet, *arguments, **options):
    return fleet.migrate("report", *MOVE, *documents(**options), *arguments)


@pytest.fixture
def findings(fleet):
    """The sample's findings by the text that was judged."""
    found = {}
    for finding in report(fleet, "--format", "json").json()["findings"]:
        found.setdefault(finding["old"].strip(), []).append(finding)
    return found


@pytest.mark.parametrize("name, arguments", [
    ("report.txt", ("--format", "text")),
    ("report.md", ("--format", "md")),
])
def test_pages(fleet, name, arguments):
    answer = report(fleet, *arguments)
    assert answer.code == 3, answer.errors
    golden(name, answer.out)


@pytest.mark.parametrize("name, form", [("report.json", "json"), ("report.sarif", "sarif")])
def test_data(fleet, name, form):
    """Of the rules alone: the whole would hide a change in its length."""
    answer = report(fleet, "--format", form, dashboards=None, docs=None)
    assert answer.code == 3, answer.errors
    json.loads(answer.out)
    golden(name, answer.out)


# What anyone who reads the sample's queries would say, whatever the report calls it elsewhere.
SAMPLES = [
    ('absent_over_time({job="kairos", hostname="puck.incus"}[15m])', "WIDENS", True),
    ('sum by (job) (count_over_time({hostname="puck.incus", job!="jupyterlab"} |= "Traceback" [10m])) > 20',
     "WIDENS", True),
    ('sum(count_over_time({job=~"spelunker|angelia"} |= "FATAL" [5m])) > 0', "EMPTY", True),
    ('count_over_time({service="athena"} |= "event=superuser_login" [5m]) > 0', "SAME", True),
    ('job:log_errors:rate5m{job="jupyterlab"} > 5', "EMPTY", True),
    ('up{job="puck"} == 0', "SAME", True),
    ('job="kairos"', "EMPTY", True),
    ('sum by (job) (count_over_time({job="kairos"} |= "outcome=failed" [10m]))', "EMPTY", True),
    ('{service=~"athena|mnemosyne|daedalus", hostname="puck.incus"}', "SAME", False),
    ('{hostname="puck.incus", job=~"angelia|kairos|spelunker|jupyterlab"}', "EMPTY", False),
    ('{hostname="puck.incus", job!="jupyterlab"} |~ "(?i)error"', "WIDENS", False),
    ('{job="systemd", hostname="puck.incus"} != "kairos"', "SAME", False),
    ('node_load1{job="puck"}', "SAME", False),
    ('{job="searxng"} | logfmt | level=~"error|fatal"', "SAME", False),
    ('{job=~"neo4j.*"} |= "ERROR"', "SAME", False),
    ('{job="apache", log="error"}', "SAME", False),
    ("{job=`spelunker`} # everything it says", "EMPTY", False),
    ('{job="kairos"}', "EMPTY", False),
    ('{job="kairos"} |= "tick"', "EMPTY", False),
]


@pytest.mark.parametrize("text, verdict, is_alert", SAMPLES)
def test_verdicts(findings, text, verdict, is_alert):
    for finding in findings[text]:
        assert (finding["verdict"], finding["alert"]) == (verdict, is_alert), finding["reason"]


PROPOSALS = [
    ('{job="kairos"} |= "tick"', '{service="kairos"} |= "tick"'),
    ('{job="kairos"} |= "deployment finished"', '{service="kairos"} |= "deployment finished"'),
    ('sum(count_over_time({job="jupyterlab"} |= "Kernel started" [$__auto]))',
     'sum(count_over_time({container="jupyterlab"} |= "Kernel started" [$__auto]))'),
    ('sum(count_over_time({job=~"spelunker|angelia"} |= "FATAL" [5m])) > 0',
     'sum(count_over_time({service=~"spelunker|angelia", component=~"crawler|web"} |= "FATAL" [5m])) > 0'),
    ('absent_over_time({job="kairos", hostname="puck.incus"}[15m])',
     'absent_over_time({service="kairos", hostname="puck.incus"}[15m])'),
]


@pytest.mark.parametrize("text, proposed", PROPOSALS)
def test_proposals(findings, text, proposed):
    for finding in findings[text]:
        assert finding["proposed"] == proposed


def test_places(findings):
    """Line, column and pointer lead to the text."""
    finding, = findings['sum(count_over_time({job=~"spelunker|angelia"} |= "FATAL" [5m])) > 0']
    assert (finding["file"], finding["line"]) == ("rules/ouranos.yaml", 38)
    assert finding["pointer"] == "/groups/1/rules/1/expr"
    finding, = findings['{job="systemd", hostname="puck.incus"} != "kairos"']
    assert finding["pointer"] == "/panels/3/targets/0/expr"
    assert finding["title"] == ["Puck: services", "System journal", "A"]


def test_every_text_stands_where_the_report_says(fleet):
    """Texts that are written without escapes begin at their line and column."""
    checked = 0
    for finding in report(fleet, "--format", "json").json()["findings"]:
        first = finding["old"].split("\n")[0]
        lines = (fleet.folder / finding["file"]).read_text().split("\n")
        rest = lines[finding["line"] - 1].encode()[finding["column"] - 1:].decode()
        if first and first in lines[finding["line"] - 1]:
            checked += 1
            assert rest.lstrip("'\"`").startswith(first), finding
    assert checked >= 20


def test_nothing_that_cannot_be_read_is_passed_over(fleet):
    answer = report(fleet, "--format", "json").json()
    whats = [unknown["what"] for unknown in answer["unknown"]]
    assert any("library" in what for what in whats), whats  # The panel "Uptime" of angelia.json.
    coverage = answer["coverage"]
    assert coverage["seen"] == coverage["judged"] + coverage["unknown"]


def test_progress(fleet):
    state = report(fleet, "--format", "json").json()["fleet"]
    puck, = [host for host in state["hosts"] if host["host"] == "puck"]
    assert (puck["done"], puck["total"]) == (3, 7)
    services = {service["service"]: service for service in puck["services"]}
    assert services["athena"]["mechanism"] == "transitional"
    assert services["athena"]["port_is_unused"] and not services["athena"]["moves"]
    assert services["kairos"]["mechanism"] == "syslog" and services["kairos"]["moves"]
    assert services["kairos"]["port"] == 51412
    assert services["kairos"]["port_place"] == "host_vars/puck.yml:19:1"
    kinds = {name: {blocker["kind"] for blocker in service["blockers"]}
             for name, service in services.items()}
    assert "syslog_driver" in kinds["kairos"] and "recreate_container" in kinds["kairos"]
    assert "project_name_differs" in kinds["jupyterlab"]
    assert "syslog_driver" not in kinds["athena"]
    assert puck["steps"]


# Exit codes ------------------------------------------------------------------

@pytest.mark.parametrize("options, code", [
    ({"dashboards": "dashboards/athena.json", "rules": None, "docs": None}, 0),
    ({"dashboards": "dashboards/kairos.json", "rules": None, "docs": None}, 2),
    ({"dashboards": None, "rules": "rules/ouranos.yaml", "docs": None}, 3),
    ({"dashboards": None, "rules": None, "docs": "docs"}, 2),
    ({"dashboards": "dashboards/missing", "rules": "rules", "docs": None}, 1),
])
def test_exit_codes(fleet, options, code):
    answer = report(fleet, **options)
    assert answer.code == code, answer.out + answer.errors


def test_only_moved_services_matter(fleet):
    """Kairos stays when angelia moves."""
    answer = fleet.migrate("report", "--services", "angelia", "--format", "json",
                           *documents(dashboards="dashboards/kairos.json", rules=None, docs=None))
    assert {finding["verdict"] for finding in answer.json()["findings"]} <= {"SAME", "UNKNOWN"}


# Wrong input -----------------------------------------------------------------

def test_a_folder_that_is_not_there(fleet):
    answer = report(fleet, dashboards="dashbords")
    assert answer.code == 1
    assert "dashbords" in answer.out + answer.errors


@pytest.mark.parametrize("name, content", [
    ("broken.json", b'{"panels": [{"targets": [{"expr": "{job=\\"kairos\\"}"'),
    ("broken.yaml", b"groups:\n  - name: [\n"),
    ("binary.json", b"\xff\xfe\x00\x01"),
    ("deep.json", b"[" * 100_000),
])
def test_files_that_cannot_be_read_are_named(fleet, name, content):
    (fleet.folder / "rules" / name).write_bytes(content)
    answer = report(fleet)
    assert answer.code in (1, 3)
    assert name in answer.out + answer.errors


def test_an_unknown_host_is_named_with_the_nearest(fleet):
    answer = fleet.migrate("report", "--host", "puk", *documents())
    assert answer.code == 1
    assert "puk" in answer.errors and "puck" in answer.errors.replace("puk", "")


def test_an_unknown_service_is_named_with_the_nearest(fleet):
    answer = fleet.migrate("report", "--services", "kaiross", *documents())
    assert answer.code == 1
    assert "kaiross" in answer.errors and "kairos" in answer.errors.replace("kaiross", "")
