"""What tests ask of the hosts: which process runs, on which config, and lines for it to ship."""
import contextlib
import hashlib
import re
import shlex
import socket
import subprocess

from programs import wait_for

CONFIG = "/etc/tributary/config.river"

# Sends numbered lines over one connection, for as long as its standard input stays open. Ends with
# an error when the connection breaks.
SENDER = """
import select, socket, sys
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
number = 0
while not select.select([sys.stdin], [], [], 0.01)[0]:
    text = f"seq={number:012d} stream={sys.argv[2]}"
    connection.sendall(f"<30>Nov 21 10:00:00 host {sys.argv[2]}: {text}\\n".encode())
    number += 1
print(number)
"""


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Agents:
    def __init__(self, fleet):
        self.fleet = fleet

    def pid(self, host):
        """The process of the agent, in the host's own numbers; 0 when it does not run."""
        return int(self.fleet[host].out("systemctl show -P MainPID tributary"))

    def pids(self):
        return {name: self.pid(name) for name in self.fleet.hosts}

    def config_hash(self, host):
        return self.fleet[host].out(f"sha256sum {CONFIG}").split()[0]

    def hashes(self):
        return {name: self.config_hash(name) for name in self.fleet.hosts}

    def running_hash(self, host):
        """The configuration that the agent says it runs; empty when it does not answer."""
        return (self.get(host, "/-/ready").split() or [""])[-1]

    def get(self, host, path):
        """What the agent answers; empty when it does not, or with an error."""
        script = ("import sys,urllib.request as u\n"
                  "print(u.urlopen('http://127.0.0.1:12345'+sys.argv[1]).read().decode())")
        return self.fleet[host].out(f"python3 -c {shlex.quote(script)} {path}", check=False)

    def is_healthy(self, host):
        return self.get(host, "/-/healthy") != ""

    def log(self, host, text, tag="fleet-test"):
        """A line into the host's journal."""
        self.fleet[host].ssh(f"logger -t {tag} {shlex.quote(text)}")

    def syslog(self, host, port, text, tag="kairos"):
        line = f"<30>Nov 21 10:00:00 host {tag}: {text}"
        # The login shell of root is bash.
        self.fleet[host].ssh(f"echo {shlex.quote(line)} > /dev/tcp/127.0.0.1/{port}")

    @contextlib.contextmanager
    def sender(self, host, port, stream):
        """Numbered lines over one connection while the context lasts; the value's .sent says how many."""
        ssh = ["ssh", "-F", self.fleet.folder / "ssh_config", host,
               f"python3 -c {shlex.quote(SENDER)} {port} {stream}"]
        process = subprocess.Popen(ssh, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True)
        sender = Sender()
        try:
            yield sender
        finally:
            out, error = process.communicate("end\n", timeout=30)
        assert process.returncode == 0, f"the connection of {stream} broke: {error}"
        sender.sent = int(out)


class Sender:
    sent = None


def numbers_of(loki, stream):
    """How many different numbers of a sender's stream the receiver has got."""
    # The journal also says which command line a unit was started with, and that names the stream too.
    wanted = re.compile(rf"seq=\d{{12}} stream={stream}")
    return len({line["line"] for line in loki.lines() if wanted.fullmatch(line["line"])})


def wait_all(loki, stream, sent, seconds=30):
    wait_for(f"{sent} lines of {stream}", lambda: numbers_of(loki, stream) == sent, seconds)
