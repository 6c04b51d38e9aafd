"""One limit for the memory of all queues: sources wait, nothing is lost, and no sink starves another."""
import pathlib
import re

from programs import wait_for
from sources import SyslogTcp

SINKS = 12
LINES = 60_000  # Of each file; all of them are several times what may wait.
LIMIT = 16 << 20
# Of each queue and outbox, beyond the limit: a batch of 256 KiB of lines, and 40 bytes an entry.
BATCH = 1 << 20

CONFIG = """
loki.source.file "f{number}" {{
	targets    = [{{__path__ = "{path}", job = "{number}"}}]
	forward_to = [loki.write.w{number}.receiver]
}}

loki.write "w{number}" {{
	endpoint {{
		url                = "{url}"
		min_backoff_period = "50ms"
		max_backoff_period = "200ms"
	}}
}}
"""


def resident(running):
    return running.metric("process_resident_memory_bytes")


def test_dead_sinks_fill_no_more_than_the_limit(agent, receiver, tmp_path):
    receiver.post("/ctl?mode=500")
    config = ""
    for number in range(SINKS):
        path = tmp_path / f"{number}.log"
        first = number * LINES
        path.write_text("".join(f"seq={n:012} {'x' * 60}\n" for n in range(first, first + LINES)))
        config += CONFIG.format(number=number, path=path, url=receiver.url)
    running = agent(config, arguments=["--memory.limit=16MiB"])
    assert running.metric("tributary_memory_limit_bytes") == LIMIT

    def used():
        return running.metric("tributary_memory_budget_bytes")

    wait_for("memory that is used up", lambda: used() >= LIMIT * 3 / 4)
    # All sinks have some of it: whoever came first left to each what is reserved for it.
    wait_for("lines in every queue", lambda: all(running.metric(
        "tributary_component_buffered", component_id=f"loki.write.w{number}") > 0 for number in range(SINKS)))
    read = [running.metric("tributary_component_received_total", component_id=f"loki.source.file.f{number}")
            for number in range(SINKS)]
    assert all(count > 0 for count in read) and sum(read) < SINKS * LINES, read
    assert used() <= LIMIT + SINKS * 2 * BATCH
    assert resident(running) <= 2 * LIMIT + (96 << 20)
    receiver.post("/ctl?mode=ok")
    wait_for("all lines", lambda: receiver.stats()["distinct"] == SINKS * LINES, 60)
    assert used() == 0 or wait_for("empty queues", lambda: used() == 0)


def test_unfinished_messages_of_connections_count(agent, receiver, tmp_path):
    def held():
        return running.metric("tributary_memory_budget_bytes", used_by="connections")

    with SyslogTcp(tmp_path, None) as syslog:
        running = agent(syslog.config("loki.echo.out.receiver") + 'loki.echo "out" { }\n')
        syslog.write(0, 1)
        assert held() == 0
        unfinished = syslog.message(1)[:-1]
        syslog.socket.sendall(unfinished)
        wait_for("its bytes", lambda: held() == len(unfinished))
        syslog.socket.sendall(b"\n")
        wait_for("its end", lambda: held() == 0)
        syslog.socket.sendall(unfinished)
        wait_for("its bytes", lambda: held() == len(unfinished))
    wait_for("the end of the connection", lambda: held() == 0)


def test_code_that_only_a_start_needs_leaves_memory(agent, receiver, tmp_path):
    def mapped_code():
        status = pathlib.Path(f"/proc/{running.process.pid}/status").read_text()
        return int(re.search(r"RssFile:\s+(\d+) kB", status)[1])

    config = CONFIG.format(number=0, path=tmp_path / "0.log", url=receiver.url)
    running = agent(config)
    started = mapped_code()
    wait_for("code to leave", lambda: mapped_code() < started / 2)
    assert running.reload(config + 'logging {\n\tlevel = "debug"\n}\n')[0] == 200
    wait_for("code of the reload to leave", lambda: mapped_code() < started / 2)
    (tmp_path / "0.log").write_text("seq=000000000000\n")
    wait_for("a line", lambda: receiver.stats()["distinct"] == 1)
