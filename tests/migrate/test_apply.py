"""`cfgc migrate apply` and `cleanup`: files change in place, by as little as can be."""
import json

import pytest
import yaml
from conftest import documents, golden

SERVICES = "kairos,angelia,spelunker,jupyterlab"
MOVE = ("--host", "puck", "--services", SERVICES)


def apply(fleet, *arguments):
    answer = fleet.migrate("apply", *MOVE, *documents(), *arguments)
    assert answer.code in (0, 2), answer.errors
    return answer


def judged(fleet):
    return fleet.migrate("report", *MOVE, *documents(), "--format", "json").json()


def changed(before, after):
    return {name for name in before if before[name] != after.get(name)}


def differences(old, new, pointer=""):
    """(pointer, old, new) of every value that differs; the shape must be the same."""
    assert type(old) is type(new), pointer
    if isinstance(old, dict):
        assert list(old) == list(new), pointer
        return [one for name in old for one in differences(old[name], new[name], f"{pointer}/{name}")]
    if isinstance(old, list):
        assert len(old) == len(new), pointer
        return [one for n, part in enumerate(old) for one in differences(part, new[n], f"{pointer}/{n}")]
    return [] if old == new else [(pointer, old, new)]


def test_dry_run(fleet):
    before = fleet.files()
    answer = apply(fleet, "--dry-run")
    assert fleet.files() == before
    golden("apply.diff", answer.out)


def test_host_vars_say_that_the_services_have_moved(fleet):
    apply(fleet)
    text = (fleet.folder / "host_vars" / "puck.yml").read_text()
    found = yaml.safe_load(text)
    moved = found["telemetry"]["docker"]["migrated"]
    assert moved[:3] == ["athena", "mnemosyne", "daedalus"]
    assert sorted(moved[3:]) == sorted(SERVICES.split(","))
    assert found["kairos_syslog_port"] == 51412  # Reserved until the rollout is verified.
    assert text.startswith("# Lead host for Docker discovery:")


def test_only_proposed_texts_change(fleet):
    """Each changed value of a document is what the report proposed at that place, and no other."""
    proposed = {(finding["file"], finding["pointer"]): finding["proposed"]
                for finding in judged(fleet)["findings"] if finding["proposed"]}
    before = fleet.files()
    apply(fleet)
    after = fleet.files()
    assert before.keys() == after.keys()
    count = 0
    for name in changed(before, after) - {"host_vars/puck.yml"}:
        if name.endswith(".json"):
            pairs = differences(json.loads(before[name]), json.loads(after[name]))
            for pointer, _, new in pairs:
                # A query within a text of its own, such as a link to Explore, changes a part of it.
                if (name, pointer) in proposed and not new.startswith("/explore?"):
                    assert new == proposed[name, pointer]
                    count += 1
        assert len(before[name].split(b"\n")) == len(after[name].split(b"\n")), name
        assert before[name].endswith(b"\n") == after[name].endswith(b"\n")
    assert count >= 10


def test_lines_without_a_proposal_keep_every_byte(fleet):
    lines = {(finding["file"], finding["line"]) for finding in judged(fleet)["findings"]
             if finding["proposed"]}
    before = fleet.files()
    apply(fleet)
    after = fleet.files()
    for name in changed(before, after) - {"host_vars/puck.yml"}:
        old, new = before[name].split(b"\n"), after[name].split(b"\n")
        first = [n for n, (a, b) in enumerate(zip(old, new), 1) if a != b]
        # A text of several lines begins where the report says.
        for number in first:
            assert any(file == name and 0 <= number - line <= 6 for file, line in lines), (name, number)


def test_unknown_is_never_touched(fleet):
    unknown = [finding for finding in judged(fleet)["findings"] if finding["verdict"] == "UNKNOWN"]
    before = fleet.files()
    apply(fleet)
    for finding in unknown:
        old = before[finding["file"]].split(b"\n")[finding["line"] - 1]
        new = (fleet.folder / finding["file"]).read_bytes().split(b"\n")[finding["line"] - 1]
        assert old == new, finding


def test_a_second_run_changes_nothing(fleet):
    apply(fleet)
    before = fleet.files()
    answer = apply(fleet)
    assert fleet.files() == before
    assert "0 files changed" in answer.errors
    assert apply(fleet, "--dry-run").out == ""


def test_after_apply_nothing_is_left_to_change(fleet):
    left = {finding["old"] for finding in judged(fleet)["findings"]
            if finding["verdict"] in ("EMPTY", "WIDENS") and not finding["proposed"]}
    apply(fleet)
    compiled = fleet.cfgc("compile", "--out", "compiled")
    assert compiled.code == 0, compiled.errors
    assert "kairos" not in (fleet.folder / "compiled" / "puck" / "config.river").read_text().split(
        "discovery.docker")[0]
    answer = judged(fleet)
    assert {finding["verdict"] for finding in answer["findings"]} <= {"SAME", "UNKNOWN"}
    puck, = [host for host in answer["fleet"]["hosts"] if host["host"] == "puck"]
    assert (puck["done"], puck["total"]) == (7, 7)
    assert not any(service["moves"] for service in puck["services"])
    assert all(service["port_is_unused"] for service in puck["services"] if service["port"])
    assert len(left) <= 10  # What a person has to decide stays little.


def test_dual_labels_first_then_documents(fleet):
    """Half way, streams carry both labels and documents stay; a second run without --dual-labels ends it."""
    services = ["angelia", "kairos", "spelunker"]
    move = ("--host", "puck", "--services", ",".join(services), *documents())
    before = fleet.files()
    answer = fleet.migrate("apply", *move, "--dual-labels", "14")
    assert answer.code == 0, answer.errors
    assert changed(before, fleet.files()) == {"host_vars/puck.yml"}
    found = yaml.safe_load((fleet.folder / "host_vars" / "puck.yml").read_text())
    assert sorted(found["telemetry"]["docker"]["dual_labels"]) == services
    assert fleet.cfgc("compile", "--out", "compiled").code == 0
    half_way = fleet.migrate("report", *move, "--format", "json").json()
    puck, = [host for host in half_way["fleet"]["hosts"] if host["host"] == "puck"]
    for service in puck["services"]:
        if service["service"] in services:
            assert service["labels_before"] and service["moves"]
            for labels in service["labels_before"]:
                assert f'job="{service["service"]}"' in labels
                assert f'service="{service["service"]}"' in labels
    assert fleet.migrate("apply", *move).code in (0, 2)
    found = yaml.safe_load((fleet.folder / "host_vars" / "puck.yml").read_text())
    assert not found["telemetry"]["docker"].get("dual_labels")
    assert b'{service=\\"kairos\\"}' in fleet.files()["dashboards/kairos.json"]
    ended = fleet.migrate("report", *move, "--format", "json").json()
    assert {finding["verdict"] for finding in ended["findings"]} <= {"SAME", "UNKNOWN"}


def test_cleanup(fleet):
    apply(fleet)
    answer = fleet.migrate("cleanup", "--dry-run", "--host", "puck", "--services", "athena,kairos")
    assert answer.code == 0, answer.errors
    golden("cleanup.diff", answer.out)
    assert fleet.migrate("cleanup", "--host", "puck", "--services", "athena,kairos").code == 0
    found = yaml.safe_load((fleet.folder / "host_vars" / "puck.yml").read_text())
    assert "athena_syslog_port" not in found and "kairos_syslog_port" not in found
    assert found["angelia_syslog_port"] == 51411
    assert fleet.cfgc("compile", "--out", "compiled").code == 0


def test_cleanup_keeps_a_port_that_is_listened_on(fleet):
    before = fleet.files()
    answer = fleet.migrate("cleanup", "--host", "puck", "--services", "kairos")
    assert answer.code == 2
    assert "host_vars/puck.yml:19:1: kairos on puck has not moved" in answer.errors
    assert fleet.files() == before


@pytest.mark.parametrize("ending", [b"\r\n", b""])
def test_line_ends_stay(fleet, ending):
    """Windows line ends, and a file without a last line break."""
    path = fleet.folder / "dashboards" / "kairos.json"
    text = path.read_bytes().rstrip(b"\n")
    path.write_bytes(text.replace(b"\n", ending) if ending else text)
    before = path.read_bytes()
    apply(fleet)
    after = path.read_bytes()
    assert after != before
    assert after.count(b"\r\n") == before.count(b"\r\n") and not after.endswith(b"\n")
    assert b'{service=\\"kairos\\"' in after
