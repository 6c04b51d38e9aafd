"""loki.source.journal against a real journald."""
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from daemons import PrivateJournal, missing_for_journald
from numbered import assert_complete, assert_exactly, wait_distinct
from programs import Agent, wait_for

WRITE = """
loki.write "sink" {{
	endpoint {{
		url                = "{url}"
		batch_wait         = "50ms"
		min_backoff_period = "50ms"
		max_backoff_period = "200ms"
	}}
}}
"""

JOURNAL = WRITE + """
loki.relabel "journal" {{
	forward_to = []

	rule {{
		source_labels = ["__journal_syslog_identifier"]
		target_label  = "identifier"
	}}

	rule {{
		source_labels = ["__journal_priority_keyword"]
		target_label  = "level"
	}}
}}

loki.source.journal "system" {{
	path          = "{path}"
	max_age       = "1h"
	relabel_rules = loki.relabel.journal.rules
	labels        = {{"host" = "puck"}}
	forward_to    = [loki.write.sink.receiver]
	{more}
}}
"""


@pytest.fixture
def journal():
    if reason := missing_for_journald():
        pytest.skip(f"NOT TESTED against a real journald: {reason}")
    with PrivateJournal() as running:
        yield running


def config(journal, receiver, more=""):
    return JOURNAL.format(path=journal.folder, url=receiver.url, more=more)


def send_numbers(journal, first, end):
    for n in range(first, end):
        journal.send(f"seq={n:012d}")


def test_an_entry_arrives_with_the_labels_that_rules_make(agent, receiver, journal):
    agent(config(journal, receiver))
    journal.send("hello from kottos", SYSLOG_IDENTIFIER="kottos", PRIORITY=4)
    entry = receiver.wait_line("hello from kottos")
    assert entry["labels"] == {"host": "puck", "identifier": "kottos", "job": "loki.source.journal.system",
                               "level": "warning"}


def test_entries_from_before_the_start_and_odd_entries(agent, receiver, journal):
    journal.send("from before", SYSLOG_IDENTIFIER="early")
    journal.send(b"not utf-8: \xff\xfe", SYSLOG_IDENTIFIER="odd")
    journal.send("two\nlines", SYSLOG_IDENTIFIER="odd")
    journal.send("x" * 100_000, SYSLOG_IDENTIFIER="long")
    journal.send("", SYSLOG_IDENTIFIER="empty")
    running = agent(config(journal, receiver))
    receiver.wait_line("from before")
    receiver.wait_line("two\nlines")
    receiver.wait_line("x" * 100_000)
    journal.send("the end")
    receiver.wait_line("the end")
    assert running.metric("loki_source_journal_target_parsing_errors_total", error="no_message") == 1
    assert running.metric("loki_source_journal_target_parsing_errors_total", error="unreadable_entry") == 0


def test_matches_and_json(agent, receiver, journal):
    agent(config(journal, receiver, 'matches = "SYSLOG_IDENTIFIER=a SYSLOG_IDENTIFIER=b"\n'
                                    "\tformat_as_json = true"))
    for name in ("c", "a", "b"):
        journal.send(f"from {name}", SYSLOG_IDENTIFIER=name, COLOUR="blue")
    receiver.wait_line("from b")
    entries = [json.loads(x["line"]) for x in receiver.lines()]
    assert [x["MESSAGE"] for x in entries] == ["from a", "from b"]
    assert entries[0]["COLOUR"] == "blue"
    assert entries[0]["_TRANSPORT"] == "journal"


def test_rotation_and_vacuum_in_mid_flow_lose_and_repeat_nothing(agent, receiver, journal):
    agent(config(journal, receiver))
    count = 30_000
    sent = 0

    def write():
        nonlocal sent
        for number in range(count):
            send_numbers(journal, number, number + 1)
            sent = number + 1

    writer = threading.Thread(target=write)
    writer.start()
    sent_before = []  # each rotation
    while writer.is_alive() or len(sent_before) < 20:
        sent_before.append(sent)
        journal.rotate()
        # Six files are kept: what is deleted unread, nobody can read.
        if len(sent_before) > 3:
            wait_distinct(receiver, sent_before[-3])
        journal.vacuum(keep=6)
    writer.join()
    assert_exactly(receiver, count)


def test_a_restarted_journald_is_followed(agent, receiver, journal):
    agent(config(journal, receiver))
    send_numbers(journal, 0, 1)
    assert_exactly(receiver, 1)
    journal.stop()
    journal.start()
    send_numbers(journal, 1, 2)
    assert_exactly(receiver, 2)


def test_kill_9_and_an_outage_lose_nothing(agent, receiver, journal):
    send_numbers(journal, 0, 5_000)
    running = agent(config(journal, receiver))
    wait_distinct(receiver, 1)
    receiver.post("/ctl?mode=500&for=2")
    send_numbers(journal, 5_000, 10_000)
    running.signal(signal.SIGKILL)
    running.process.wait(10)
    send_numbers(journal, 10_000, 12_000)
    running.start()
    assert_complete(receiver, 12_000)


def test_an_outage_from_the_first_start_on_is_not_limited_by_max_age(agent, receiver, journal):
    send_numbers(journal, 0, 10)
    receiver.post("/ctl?mode=500")
    text = config(journal, receiver).replace('"1h"', '"2s"')
    running = agent(text)
    position = running.storage / "loki.source.journal.system" / "positions"
    wait_for("the time of the first start to be stored", lambda: position.exists() and "since " in position.read_text())
    send_numbers(journal, 10, 20)
    old = time.monotonic() + 2.5  # Longer than max_age: what is asked for is an older entry.
    wait_for("max_age to pass", lambda: time.monotonic() > old)
    running.kill()
    running.start()
    receiver.post("/ctl?mode=ok")
    assert_complete(receiver, 20)


def test_a_folder_that_is_made_anew_is_read(agent, receiver, journal):
    running = agent(config(journal, receiver))
    send_numbers(journal, 0, 5)
    assert_exactly(receiver, 5)
    journal.stop()
    shutil.rmtree(journal.folder)
    wait_for("the component to miss it", lambda: running.get("/-/healthy")[0] == 500)
    journal.start()
    send_numbers(journal, 5, 10)
    assert_exactly(receiver, 10)
    wait_for("a healthy component", lambda: running.get("/-/healthy")[0] == 200)


def test_a_clean_restart_repeats_nothing(agent, receiver, journal):
    running = agent(config(journal, receiver))
    send_numbers(journal, 0, 1_000)
    assert_exactly(receiver, 1_000)
    assert running.stop() == 0
    send_numbers(journal, 1_000, 1_001)
    running.start()
    assert_exactly(receiver, 1_001)


def docker_piece(journal, text, message, last, container="c1"):
    """A piece as docker's log driver journald writes it: the last one is not marked as partial."""
    fields = {"CONTAINER_ID_FULL": container, "CONTAINER_PARTIAL_ID": message,
              "CONTAINER_PARTIAL_LAST": "true" if last else "false"}
    journal.send(text, **fields, **({} if last else {"CONTAINER_PARTIAL_MESSAGE": "true"}))


def lines_but_journalds_own(receiver):
    return [x["line"] for x in receiver.lines() if x["labels"].get("identifier") != "systemd-journald"]


def service_output(journal):
    """A stream as systemd gives it to a service for its standard output."""
    stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stream.connect(str(journal.sockets / "stdout"))
    stream.sendall(b"prog\n\n6\n0\n0\n0\n0\n")
    return stream


def test_messages_that_were_cut_into_pieces_are_whole(agent, receiver, journal):
    running = agent(config(journal, receiver))
    docker_piece(journal, "part one ", "abc", False)
    docker_piece(journal, "first half, ", "xyz", False, container="c2")
    with service_output(journal) as stream:
        stream.sendall(b"L" * 120_000 + b"\nshort\n")
        docker_piece(journal, "part two", "abc", True)
        docker_piece(journal, "second half", "xyz", True, container="c2")
        receiver.wait_line("short")
        receiver.wait_line("first half, second half")
    lines = sorted(lines_but_journalds_own(receiver))
    assert [(x[:30], len(x)) for x in lines] == [("L" * 30, 120_000), ("first half, second half", 23),
                                                 ("part one part two", 17), ("short", 5)]
    assert running.metric("tributary_component_merged_total", component_id="loki.source.journal.system") == 4


def test_a_restart_between_the_pieces_of_a_message_loses_nothing(agent, receiver, journal):
    running = agent(config(journal, receiver))
    journal.send("before")
    docker_piece(journal, "part one ", "abc", False)
    journal.send("between")
    receiver.wait_line("between")
    assert running.stop() == 0
    docker_piece(journal, "part two", "abc", True)
    journal.send("after")
    running.start()
    receiver.wait_line("after")
    lines = lines_but_journalds_own(receiver)
    assert sorted(set(lines)) == ["after", "before", "between", "part one part two"]
    assert lines.count("before") == lines.count("part one part two") == 1


def test_a_message_whose_end_does_not_come_goes_on_and_holds_nothing_up(agent, receiver, journal):
    running = agent(config(journal, receiver))
    docker_piece(journal, "the end never comes", "abc", False)
    receiver.wait_line("the end never comes")
    send_numbers(journal, 0, 10)
    assert_exactly(receiver, 10)
    assert running.stop() == 0
    running.start()
    send_numbers(journal, 10, 11)
    assert_exactly(receiver, 11)


def test_no_journal_is_unhealthy_with_a_reason_and_heals(agent, receiver, journal, tmp_path):
    empty = tmp_path / "journal"
    empty.mkdir()
    running = agent(JOURNAL.format(path=empty, url=receiver.url, more=""))
    wait_for("an unhealthy component", lambda: running.get("/-/healthy")[0] == 500)
    assert f"no journal file in {empty}" in running.get("/-/healthy")[1] + running.log()
    journal.send("late but here")
    wait_for("the entry in a file", lambda: journal.holds("late but here"))
    subprocess.run(["cp", *map(str, journal.folder.glob("*.journal")), str(empty)], check=True)
    receiver.wait_line("late but here")
    wait_for("a healthy component", lambda: running.get("/-/healthy")[0] == 200)


def test_a_user_without_the_group_is_told_so(agent, receiver, journal, tmp_path):
    nobody = pwd.getpwnam("nobody")
    journal.send("secret")
    wait_for("the entry in a file", lambda: journal.holds("secret"))
    for folder in (journal.folder, *journal.folder.parents[:1]):
        os.chmod(folder, 0o755)
    os.chmod(tmp_path, 0o777)
    for parent in list(tmp_path.parents)[:3]:
        if str(parent).startswith("/tmp/"):
            os.chmod(parent, 0o755)
    running = Agent(tmp_path, config(journal, receiver), name="nobody")
    running.command = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups",
                       *running.command]
    try:
        running.start()
        wait_for("the reason", lambda: "group systemd-journal" in running.log())
    finally:
        running.kill()
