"""The sources of logs as a table test drives them: each writes numbered lines where an agent reads them.

Each has config(receiver) in River, write(first, count), and is a context. Docker wants a dockerd that runs.
"""
import os
import socket

from daemons import PrivateJournal, missing_for_docker, missing_for_journald
from programs import free_port

LINE = "seq={:012d} a line of ordinary length with some words in it"


def quick_write(url, more=""):
    """A sink that tries again at once, so that a test need not wait for it. `more`: of the endpoint, in River."""
    return f"""
loki.write "sink" {{
	endpoint {{
		url                = "{url}"
		batch_wait         = "50ms"
		remote_timeout     = "1s"
		min_backoff_period = "20ms"
		max_backoff_period = "100ms"{more}
	}}
}}
"""


class Source:
    @staticmethod
    def missing():
        """What this machine lacks for the source; empty when nothing."""
        return ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def config(self, receiver):
        return self.CONFIG.format(receiver=receiver, **vars(self))


class File(Source):
    name = "file"
    CONFIG = """
loki.source.file "in" {{
	targets    = [{{"__path__" = "{path}", "job" = "numbers"}}]
	forward_to = [{receiver}]
}}
"""

    # With the files found by another component, of this name.
    MATCHED = """
local.file_match "{match}" {{
	path_targets = [{{"__path__" = "{path}", "job" = "numbers"}}]
}}

loki.source.file "in" {{
	targets    = local.file_match.{match}.targets
	forward_to = [{receiver}]
}}
"""

    def __init__(self, folder, _):
        self.path = folder / "numbers.log"
        self.path.touch()
        self.match = ""
        self.rotations = 0

    def config(self, receiver):
        if not self.match:
            return super().config(receiver)
        return self.MATCHED.format(receiver=receiver, **vars(self))

    def next_name(self):
        """Where rotation puts the present file: the name for the youngest, after the others moved up."""
        for number in range(self.rotations, 0, -1):
            os.rename(f"{self.path}.{number}", f"{self.path}.{number + 1}")
        self.rotations += 1
        return f"{self.path}.1"

    def rotate(self):
        os.rename(self.path, self.next_name())
        self.path.touch()

    def write(self, first, count):
        with open(self.path, "a") as file:
            file.writelines(LINE.format(n) + "\n" for n in range(first, first + count))


class Journal(Source):
    name = "journal"
    missing = staticmethod(missing_for_journald)
    CONFIG = """
loki.source.journal "in" {{
	path       = "{journal.folder}"
	labels     = {{"job" = "numbers"}}
	forward_to = [{receiver}]
}}
"""

    def __init__(self, *_):
        self.journal = PrivateJournal()

    def __enter__(self):
        self.journal.__enter__()
        self.journal.send("the journal exists")
        return self

    def __exit__(self, *_):
        self.journal.__exit__()

    def write(self, first, count):
        for number in range(first, first + count):
            self.journal.send(LINE.format(number))


class Docker(Source):
    name = "docker"
    missing = staticmethod(missing_for_docker)
    CONFIG = """
discovery.docker "in" {{
	host = "{docker.host}"
}}

loki.source.docker "in" {{
	host       = "{docker.host}"
	targets    = discovery.docker.in.targets
	labels     = {{"job" = "numbers"}}
	forward_to = [{receiver}]
}}
"""

    def __init__(self, folder, docker):
        self.docker = docker
        self.pipe = folder / "pipe"  # What is written to it the container says.

    def __enter__(self):
        os.mkfifo(self.pipe)
        self.start_another()
        return self

    def start_another(self):
        """A container that says what is written to the pipe. One at a time."""
        self.container = self.docker.container("while :; do cat /pipe; done", "-v", f"{self.pipe}:/pipe")

    def __exit__(self, *_):
        self.docker.run("rm", "-f", self.container)

    def write(self, first, count):
        with open(self.pipe, "w") as pipe:
            pipe.writelines(LINE.format(n) + "\n" for n in range(first, first + count))


class Syslog(Source):
    CONFIG = """
loki.source.syslog "in" {{
	listener {{
		address       = "127.0.0.1:{port}"
		protocol      = "{protocol}"
		syslog_format = "rfc5424"
		labels        = {{job = "numbers"}}
	}}
	forward_to = [{receiver}]
}}
"""

    def __init__(self, *_):
        self.port = free_port()
        self.socket = None

    def __exit__(self, *_):
        if self.socket is not None:
            self.socket.close()

    def config(self, receiver):
        return self.CONFIG.format(receiver=receiver, port=self.port, protocol=self.protocol)

    def message(self, number):
        return f"<13>1 2026-11-21T10:00:00Z host app - - - {LINE.format(number)}\n".encode()


class SyslogTcp(Syslog):
    name, protocol = "syslog-tcp", "tcp"

    @staticmethod
    def listens(port):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def write(self, first, count):
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        self.socket.sendall(b"".join(self.message(n) for n in range(first, first + count)))


class SyslogUdp(Syslog):
    name, protocol = "syslog-udp", "udp"

    @staticmethod
    def listens(port):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return True
            return False

    def write(self, first, count):
        if self.socket is None:
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for number in range(first, first + count):
            self.socket.sendto(self.message(number), ("127.0.0.1", self.port))


SOURCES = (File, Journal, Docker, SyslogTcp, SyslogUdp)
