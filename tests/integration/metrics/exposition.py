"""Text exposition format as a test compares it, and Debian's exporters as peers."""
import re
import subprocess
import urllib.request

from programs import free_port, http, wait_for


class Text:
    """Types, help and samples {(name, ((label, value), ...)): number} of one scrape."""

    def __init__(self, text):
        self.types, self.help, self.samples = {}, {}, {}
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ", 3)
                assert name not in self.types, f"two headings of {name}"
                self.types[name] = kind
            elif line.startswith("# HELP "):
                _, _, name, words = line.split(" ", 3)
                self.help[name] = words
            elif line:
                name, labels, value = re.fullmatch(r"([^{ ]+)(?:\{(.*)\})? (\S+)", line).groups()
                pairs = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or "")
                key = name, tuple(sorted(pair for pair in pairs if pair[1]))
                assert key not in self.samples, f"two samples of {key}"
                self.samples[key] = float(value)

    def label_sets(self, family):
        return {labels for name, labels in self.samples if name == family}


def scrape(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return Text(answer.read().decode())


class Peer:
    """One of Debian's exporters on a free port, ended by its pid."""

    def __init__(self, command, port_option):
        self.port = free_port()
        self.process = subprocess.Popen([*command, port_option + f"127.0.0.1:{self.port}"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        wait_for("the peer to listen", lambda: http("GET", self.url)[0] == 200)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(10)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/metrics"
