"""The project's programs as a test or the demo drives them."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import conservation

ROOT = pathlib.Path(__file__).resolve().parents[2]
# How many times as long as usual everything may take: programs with a sanitizer are slow.
TIME_FACTOR = float(os.environ.get("TRIBUTARY_TIME_FACTOR", "1"))
BIN = pathlib.Path(os.environ.get("TRIBUTARY_BIN", ROOT / "build" / "release" / "bin"))


def free_port():
    """A TCP port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition, seconds=20.0):
    """Polls until condition() is true and returns its value; fails naming `what` after `seconds`."""
    seconds *= TIME_FACTOR
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s for {what}")


def http(method, url, timeout=10):
    """(status, text) of a request; (0, reason) when nobody answers."""
    request = urllib.request.Request(url, method=method, data=b"" if method == "POST" else None)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
        return 0, str(error)


class Program:
    """A child process with its output in a file, ended by pid."""

    def __init__(self, command, log_path, env=None):
        self.command = [str(part) for part in command]
        self.log_path = pathlib.Path(log_path)
        self.env = {**os.environ, **(env or {})}
        self.process = None

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            env=self.env)
        return self

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def running(self):
        return self.process is not None and self.process.poll() is None

    def resident_bytes(self):
        """Memory of the process (VmRSS)."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self, seconds=30):
        """SIGTERM, then the exit code."""
        if self.running():
            self.process.terminate()
        return self.process.wait(seconds * TIME_FACTOR)

    def kill(self):
        if self.running():
            self.process.kill()
        if self.process is not None:
            self.process.wait(10)


class Receiver(Program):
    """The project's own Loki push receiver on a free port."""

    def __init__(self, port=None, log_path=None, arguments=(), address="127.0.0.1"):
        self.port = port or free_port()
        self.address = address
        log_path = log_path or f"/tmp/tributary-receiver-{os.getpid()}-{self.port}.log"
        super().__init__([BIN / "receiver", f"--listen={address}:{self.port}", "--keep=1000000", *arguments], log_path)

    @property
    def url(self):
        return f"http://{self.address}:{self.port}/loki/api/v1/push"

    def start(self):
        super().start()
        wait_for("the receiver to listen", lambda: self.get("/stats")[0] == 200)
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()
        self.log_path.unlink(missing_ok=True)

    def get(self, path):
        return http("GET", f"http://{self.address}:{self.port}{path}")

    def post(self, path):
        status, text = http("POST", f"http://{self.address}:{self.port}{path}")
        assert status in (200, 204), f"{path}: {status} {text}"

    def stats(self):
        return json.loads(self.get("/stats")[1])

    def lines(self, limit=1_000_000):
        """What was received: a list of {"labels": {...}, "line": "...", "timestamp": "..."}."""
        return json.loads(self.get(f"/lines?limit={limit}")[1])

    def wait_line(self, text, seconds=20):
        """The first received entry whose line contains `text`."""
        return wait_for(f"a line with {text!r}",
                        lambda: next((x for x in self.lines() if text in x["line"]), None), seconds)


class Agent(Program):
    """tributary run on a configuration text."""

    def __init__(self, folder, config, env=None, arguments=(), name="agent"):
        self.folder = pathlib.Path(folder)
        self.config_path = self.folder / f"{name}.river"
        self.config_path.write_text(config)
        self.first_config = config
        self.graph = conservation.edges(config)
        self.port = free_port()
        self.storage = self.folder / f"{name}-state"
        super().__init__(
            [BIN / "tributary", "run", self.config_path, f"--storage.path={self.storage}",
             f"--server.http.listen-addr=127.0.0.1:{self.port}", *arguments],
            self.folder / f"{name}.log", env)

    def start(self, ready=True):
        super().start()
        if ready:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=20):
        def is_ready():
            assert self.running(), f"the agent ended:\n{self.log()}"
            return self.get("/-/ready")[0] == 200
        wait_for("the agent to be ready", is_ready, seconds)

    def get(self, path):
        return http("GET", f"http://127.0.0.1:{self.port}{path}")

    def reload(self, config=None):
        """(status, text) of /-/reload, after writing a new configuration when one is given."""
        if config is not None:
            self.config_path.write_text(config)
        self.see_config()
        return http("POST", f"http://127.0.0.1:{self.port}/-/reload", timeout=60)

    def metric(self, name, **labels):
        """The sum of all series of a metric that carry these labels."""
        total = 0.0
        for line in self.get("/metrics")[1].splitlines():
            match = re.match(r"(\w+)(?:\{(.*)\})? (\S+)$", line)
            if match and match[1] == name:
                series = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match[2] or ""))
                if all(series.get(key) == value for key, value in labels.items()):
                    total += float(match[3])
        return total

    def see_config(self):
        """After a reload with other senders, receivers keep numbers of those that are gone: nothing to compare with."""
        if self.config_path.read_text() != self.first_config:
            self.graph = []

    def hang_up(self):
        self.see_config()
        self.signal(signal.SIGHUP)

    def check_numbers(self, must_rest=True):
        """Fails when what went through the components does not add up (conservation.py)."""
        def read():
            status, text = self.get("/metrics") if self.running() else (0, "")
            return text if status == 200 else None
        conservation.check(read, self.graph, seconds=20 if must_rest else 1, must_rest=must_rest)

    def stop(self, seconds=30):
        """As that of a program. The last numbers are checked, but an agent at work is not waited for."""
        self.check_numbers(must_rest=False)
        return super().stop(seconds)
