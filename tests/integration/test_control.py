"""The control thread waits for nothing: reloads, stops and the watchdog while backends are dead."""
import socket
import ssl
import subprocess
import threading
import time
import urllib.request

from programs import TIME_FACTOR, free_port, wait_for

SOURCE = """
loki.source.file "lines" {{
	targets    = [{{__path__ = "{path}"}}]
	forward_to = [{receivers}]
}}
"""
WRITE = """
loki.write "{name}" {{
	endpoint {{
		url = "http://127.0.0.1:{port}/loki/api/v1/push"

		queue_config {{
			drain_timeout = "{drain}"
		}}
	}}
}}
"""
SINKS = [f"dead{number}" for number in range(4)]


def dead_sinks(folder, drain):
    """A configuration with four sinks whose backend refuses, and a file that feeds all of them."""
    path = folder / "lines.log"
    path.write_text("".join(f"line {number}\n" for number in range(100)))
    port = free_port()
    receivers = ", ".join(f"loki.write.{name}.receiver" for name in SINKS)
    return SOURCE.format(path=path, receivers=receivers) + "".join(
        WRITE.format(name=name, port=port, drain=drain) for name in SINKS)


def wait_queued(running):
    wait_for("all sinks to hold lines", lambda: all(
        running.metric("tributary_component_buffered", component_id=f"loki.write.{name}") == 100 for name in SINKS))


class ServiceManager:
    """The socket that sd_notify(3) sends to, with what came and when."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(0.1)
        self.messages = []

    def read(self):
        while True:
            try:
                self.messages.append((time.monotonic(), self.socket.recv(4096).decode()))
            except TimeoutError:
                return self.messages

    def times(self, text):
        return [when for when, message in self.messages if text in message]


def test_a_reload_that_removes_four_dead_sinks_answers_at_once(agent, tmp_path):
    config = dead_sinks(tmp_path, "20s")
    running = agent(config)
    wait_queued(running)
    begin = time.monotonic()
    assert running.reload('logging {\n\tlevel = "info"\n}\n')[0] == 200
    assert running.get("/-/healthy")[0] == 200
    assert time.monotonic() - begin < TIME_FACTOR
    # They drain all the same, and what comes back under their name waits for that.
    assert running.metric("tributary_component_buffered") == 400
    begin = time.monotonic()
    assert running.reload(config)[0] == 200
    assert running.get("/api/v0/web/components")[1].count("starts when its predecessor") == 4
    assert time.monotonic() - begin < TIME_FACTOR


def test_a_reload_that_removes_twenty_sources_of_dead_sinks_answers_at_once(agent, tmp_path):
    names = [f"dead{number}" for number in range(20)]
    text = ""
    for name in names:
        path = tmp_path / f"{name}.log"
        path.write_text("".join(f"line {number} {'x' * 2000}\n" for number in range(2000)))
        text += SOURCE.replace('"lines"', f'"{name}"').format(path=path, receivers=f"loki.write.{name}.receiver")
        text += WRITE.format(name=name, port=free_port(), drain="1s").replace(
            "queue_config {", 'queue_config {\n\t\t\tcapacity      = "64KiB"')
    running = agent(text)
    wait_for("all sources to be held up", lambda: all(
        running.metric("tributary_component_buffered", component_id=f"loki.source.file.{name}") > 0 for name in names))
    begin = time.monotonic()
    assert running.reload('logging {\n\tlevel = "info"\n}\n')[0] == 200
    assert time.monotonic() - begin < TIME_FACTOR
    wait_for("the end of the sinks", lambda: running.metric("tributary_component_buffered") == 0)


def test_stopping_drains_all_sinks_at_the_same_time_and_keeps_the_watchdog_fed(agent, tmp_path):
    manager = ServiceManager(tmp_path)
    running = agent(dead_sinks(tmp_path, "3s"), env={"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "500000"})
    wait_queued(running)
    running.process.terminate()
    begin = time.monotonic()
    wait_for("the end", lambda: manager.read() and not running.running())
    took = time.monotonic() - begin
    assert running.process.returncode == 0
    assert 2.5 < took < 6, took  # One drain_timeout, not four.
    manager.read()
    stopping = manager.times("STOPPING=1")[0]
    fed = [when for when in manager.times("WATCHDOG=1") if when > stopping]
    assert len(fed) >= 5
    assert max(later - earlier for earlier, later in zip(fed, fed[1:])) < 0.5
    assert len(manager.times("EXTEND_TIMEOUT_USEC=")) >= 2


def test_a_second_signal_ends_a_stop_at_once(agent, tmp_path):
    running = agent(dead_sinks(tmp_path, "60s"))
    wait_queued(running)
    running.process.terminate()
    wait_for("it to stop", lambda: "stopping" in running.log())
    assert running.running()
    running.process.terminate()
    assert running.process.wait(5) == 0


class Hammer:
    """Asks for /-/healthy from several threads, without a pause, until the block ends."""

    def __init__(self, running):
        self.running = running
        self.ended = threading.Event()
        self.asked = 0
        self.threads = [threading.Thread(target=self.run) for _ in range(4)]

    def run(self):
        while not self.ended.is_set():
            self.running.get("/-/healthy")
            self.asked += 1

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        wait_for("the first answers", lambda: self.asked >= 20)
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join()


# Many components, so that a reload and each answer keep the control thread busy while others ask.
MANY = "".join(f'loki.relabel "r{number}" {{\n\tforward_to = []\n}}\n' for number in range(2000))


def test_questions_over_http_do_not_hold_up_a_stop(agent):
    running = agent(MANY)
    with Hammer(running):
        running.hang_up()
        running.process.terminate()
        assert running.process.wait(5) == 0


def test_questions_over_http_do_not_hold_up_a_restart_of_the_server(agent, tmp_path):
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-subj", "/CN=localhost", "-keyout", key, "-out", cert], check=True, capture_output=True)
    running = agent(MANY)
    with Hammer(running):
        running.config_path.write_text(
            f'http {{\n\ttls {{\n\t\tcert_file = "{cert}"\n\t\tkey_file  = "{key}"\n\t}}\n}}\n' + MANY)
        running.hang_up()
        wait_for("an answer with TLS", lambda: answers_with_tls(running.port), seconds=10)


def answers_with_tls(port):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with urllib.request.urlopen(f"https://127.0.0.1:{port}/-/healthy", timeout=5, context=context) as answer:
            return answer.status == 200
    except OSError:
        return False


MATCHED = """
local.file_match "{name}" {{
	path_targets = [{{__path__ = "{pattern}"}}]
}}

loki.source.file "lines" {{
	targets    = local.file_match.{name}.targets
	forward_to = [loki.write.sink.receiver]
}}

loki.write "sink" {{
	endpoint {{
		url        = "{url}"
		batch_wait = "10ms"
	}}
}}
"""


def test_a_renamed_upstream_block_disturbs_no_file(agent, receiver, tmp_path):
    path = tmp_path / "logs" / "lines.log"
    path.parent.mkdir()
    path.write_text("".join(f"seq={number:012}\n" for number in range(100)))
    running = agent(MATCHED.format(name="a0", pattern=path.parent / "*.log", url=receiver.url))
    wait_for("the lines", lambda: receiver.stats()["distinct"] == 100)
    for number in range(1, 6):
        config = MATCHED.format(name=f"a{number}", pattern=path.parent / "*.log", url=receiver.url)
        assert running.reload(config)[0] == 200
        wait_for("the new block's targets", lambda: "keeps its arguments" not in running.get("/api/v0/web/components")[1])
    with open(path, "a") as lines:
        lines.write("seq=000000000100\n")
    wait_for("the new line", lambda: receiver.stats()["distinct"] == 101)
    stats = receiver.stats()
    assert (stats["repeated"], stats["out_of_order"]) == (0, 0), stats
    assert running.metric("loki_source_file_read_bytes_total") == path.stat().st_size
