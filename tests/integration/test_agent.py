"""The agent as an operator sees it: reload, health, HTTP interface, exit codes."""
import socket
import subprocess

import pytest
from programs import BIN, free_port, wait_for

LISTENER = """
	listener {{
		address  = "127.0.0.1:{port}"
		protocol = "tcp"
		labels   = {{job = "{job}"}}
	}}
"""
SYSLOG = """
loki.source.syslog "in" {{{listeners}
	forward_to = [loki.write.sink.receiver]
}}

loki.write "sink" {{
	endpoint {{
		url        = "{url}"
		batch_wait = "100ms"
	}}
}}
"""


def syslog_config(receiver, ports):
    listeners = "".join(LISTENER.format(port=port, job=f"job{i}") for i, port in enumerate(ports))
    return SYSLOG.format(listeners=listeners, url=receiver.url)


def message(text):
    return f"<13>Nov 21 10:00:00 testhost app[12]: {text}\n".encode()


def test_a_reload_keeps_the_connections_of_unchanged_listeners(agent, receiver):
    first, second = free_port(), free_port()
    running = agent(syslog_config(receiver, [first]))
    pid = running.process.pid
    with socket.create_connection(("127.0.0.1", first)) as connection:
        connection.sendall(message("before"))
        receiver.wait_line("before")
        assert running.reload(syslog_config(receiver, [first, second])) == (200, "config reloaded\n")
        connection.sendall(message("after"))
        receiver.wait_line("after")
    with socket.create_connection(("127.0.0.1", second)) as connection:
        connection.sendall(message("new listener"))
        assert receiver.wait_line("new listener")["labels"]["job"] == "job1"
    assert running.process.pid == pid and running.running()


def test_a_bad_configuration_changes_nothing(agent, receiver):
    port = free_port()
    running = agent(syslog_config(receiver, [port]))
    before = running.get("/-/ready")[1]
    status, text = running.reload('loki.write "sink" {\n\tendpont { }\n}\n')
    assert status == 400
    assert "endpont" in text and "did you mean" in text and "agent.river:2:2" in text
    assert running.get("/-/ready") == (200, before)
    assert running.metric("tributary_config_last_load_successful") == 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(message("still here"))
        receiver.wait_line("still here")


def test_sighup_reloads(agent, receiver):
    running = agent(syslog_config(receiver, [free_port()]))
    before = running.get("/-/ready")[1]
    running.config_path.write_text(syslog_config(receiver, [free_port()]))
    running.hang_up()
    wait_for("the new hash", lambda: running.get("/-/ready")[1] != before)


def test_a_taken_port_is_shown_and_got_when_it_is_free(agent, receiver, tmp_path):
    port = free_port()
    log = tmp_path / "other.log"
    log.write_text("the file goes on\n")
    config = syslog_config(receiver, [port]) + f"""
loki.source.file "other" {{
	targets    = [{{"__path__" = "{log}"}}]
	forward_to = [loki.write.sink.receiver]
}}
"""
    with socket.create_server(("127.0.0.1", port)):
        running = agent(config)
        status, text = running.get("/-/healthy")
        assert status == 500 and "loki.source.syslog.in" in text and str(port) in text
        receiver.wait_line("the file goes on")
    wait_for("the component to get its port", lambda: running.get("/-/healthy")[0] == 200, 15)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(message("at last"))
        receiver.wait_line("at last")


def test_the_interface(agent, receiver):
    running = agent(syslog_config(receiver, [free_port()]))
    assert running.get("/-/healthy")[0] == 200
    assert running.get("/no/such/page")[0] == 404
    status, text = running.get("/api/v0/web/components")
    assert status == 200 and '"localID":"loki.source.syslog.in"' in text
    assert running.metric("process_resident_memory_bytes") > 1e6


@pytest.mark.parametrize("arguments, code, text", [
    (["--version"], 0, ""),
    (["--help"], 0, "Examples"),
    ([], 2, "subcommand"),
    (["run"], 2, "PATH"),
    (["run", "/nonexistent.river"], 2, "/nonexistent.river: No such file"),
    (["validate", "/nonexistent.river"], 2, "/nonexistent.river: No such file"),
    (["frobnicate"], 2, ""),
])
def test_exit_codes(arguments, code, text, tmp_path):
    ended = subprocess.run([BIN / "tributary", *arguments], cwd=tmp_path, timeout=20,
                           capture_output=True, text=True)
    assert ended.returncode == code, ended.stderr
    assert text in ended.stdout + ended.stderr


def test_findings_are_exit_code_1(tmp_path):
    bad = tmp_path / "bad.river"
    bad.write_text('loki.writ "x" { }\n')
    for command in ("validate", "run"):
        ended = subprocess.run([BIN / "tributary", command, bad], cwd=tmp_path, timeout=20,
                               capture_output=True, text=True)
        assert ended.returncode == 1
        assert "bad.river:1:1" in ended.stderr and "loki.write" in ended.stderr
