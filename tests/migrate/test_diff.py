"""`cfgc migrate diff`: the mapping comes from compiled configs, whichever way they came about."""
import subprocess

from conftest import documents

MOVE = ("--host", "puck", "--services", "kairos,angelia,spelunker,jupyterlab")
COMPOSE = ("--compose", "compose")


def labels(answer, moving_only):
    """(host, service) -> label sets before and after, of what changes."""
    return {(host["host"], service["service"]): (sorted(service["labels_before"]),
                                                  sorted(service["labels_after"]))
            for host in answer.json()["fleet"]["hosts"] for service in host["services"]
            if service["moves"] or not moving_only}


def verdicts(answer):
    return [(finding["file"], finding["pointer"], finding["verdict"], finding["proposed"])
            for finding in answer.json()["findings"]]


def compile_both(fleet):
    """Compiled configs before and after the move, as folders."""
    assert fleet.cfgc("compile", "--out", "before").code == 0
    saved = (fleet.folder / "host_vars" / "puck.yml").read_bytes()
    applied = fleet.migrate("apply", *MOVE, *COMPOSE)
    assert applied.code in (0, 2), applied.errors
    assert fleet.cfgc("compile", "--out", "after").code == 0
    (fleet.folder / "host_vars" / "puck.yml").write_bytes(saved)


def test_two_folders_give_what_the_report_gives(fleet):
    compile_both(fleet)
    diff = fleet.migrate("diff", "--from", "before", "--to", "after", *documents(), "--format", "json")
    report = fleet.migrate("report", *MOVE, *documents(), "--format", "json")
    assert diff.code == report.code == 3, diff.errors
    assert labels(diff, False) == labels(report, True)
    assert verdicts(diff) == verdicts(report)


def test_today_against_migrated_is_the_report(fleet):
    diff = fleet.migrate("diff", "--from", "today", "--to", "migrated", *MOVE, *documents(),
                         "--format", "json")
    report = fleet.migrate("report", *MOVE, *documents(), "--format", "json")
    assert diff.code == 3, diff.errors
    assert labels(diff, False) == labels(report, True)
    assert verdicts(diff) == verdicts(report)


def test_a_git_revision(fleet):
    def git(*arguments):
        subprocess.run(["git", "-c", "user.name=test", "-c", "user.email=test@localhost", *arguments],
                       cwd=fleet.folder, check=True, capture_output=True)
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "before")
    # The documents are read as they stand: only the fleet's states are compared.
    assert fleet.migrate("apply", *MOVE, *COMPOSE).code in (0, 2)
    diff = fleet.migrate("diff", "--from", "HEAD", "--to", "today", *documents(), "--format", "json")
    assert diff.code == 3, diff.errors
    git("checkout", "-q", "--", ".")
    report = fleet.migrate("report", *MOVE, *documents(), "--format", "json")
    assert labels(diff, False) == labels(report, True)
    assert verdicts(diff) == verdicts(report)


def test_the_same_state_twice(fleet):
    diff = fleet.migrate("diff", "--from", "today", "--to", "today", *documents(), "--format", "json")
    assert diff.code == 0, diff.errors
    assert {finding["verdict"] for finding in diff.json()["findings"]} <= {"SAME", "UNKNOWN"}


def test_a_state_that_is_none(fleet):
    answer = fleet.migrate("diff", "--from", "no-such-state", "--to", "today", *documents())
    assert answer.code == 1
    assert "no-such-state" in answer.errors
