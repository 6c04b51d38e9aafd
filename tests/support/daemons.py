"""A journald and a dockerd of a test's own, on any Debian machine where the test runs as root.

Each has its own sockets and folders, shares nothing with daemons that run already, and ends only the
process that it started. missing() says in words why a daemon cannot be had here.
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile

from programs import wait_for

JOURNALD = pathlib.Path("/lib/systemd/systemd-journald")
BUSYBOX = pathlib.Path("/bin/busybox")


def missing_for_journald():
    """Why no private journald can run here; "" when it can."""
    if os.geteuid() != 0:
        return "a private journald needs root"
    if not JOURNALD.exists():
        return f"{JOURNALD} is not there: install systemd"
    machine_id = pathlib.Path("/etc/machine-id")
    if not machine_id.exists() or not machine_id.read_text().strip():
        return "/etc/machine-id is empty: run systemd-machine-id-setup"
    return ""


def missing_for_docker():
    """Why no private dockerd can run here; "" when it can."""
    if os.geteuid() != 0:
        return "a private dockerd needs root"
    for program in ("dockerd", "docker"):
        if shutil.which(program) is None:
            return f"{program} is not there: install docker.io"
    if not BUSYBOX.exists():
        return f"{BUSYBOX} is not there: install busybox-static"
    return ""


class Daemon:
    """A child process with a log file, ended by its pid."""

    def __init__(self, log_path):
        self.log_path = pathlib.Path(log_path)
        self.process = None

    def launch(self, command):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL)

    def end(self, number=signal.SIGTERM, seconds=30):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self.process = None

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""


class PrivateJournal(Daemon):
    """systemd-journald in a namespace of its own: /run/systemd/journal.NAME, /run/log/journal/ID.NAME."""

    count = 0

    def __init__(self):
        PrivateJournal.count += 1
        self.name = f"tributary{os.getpid()}x{PrivateJournal.count}"
        machine_id = pathlib.Path("/etc/machine-id").read_text().strip()
        self.sockets = pathlib.Path(f"/run/systemd/journal.{self.name}")
        self.folder = pathlib.Path(f"/run/log/journal/{machine_id}.{self.name}")
        self.settings = pathlib.Path(f"/run/systemd/journald@{self.name}.conf.d")
        self.keep_alive = None
        self.native = None
        super().__init__(f"/tmp/{self.name}.log")

    def __enter__(self):
        self.settings.mkdir(parents=True)
        (self.settings / "test.conf").write_text(
            "[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\nForwardToSyslog=no\nForwardToWall=no\n"
            "RuntimeMaxUse=512M\n")
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        for folder in (self.settings, self.folder, self.sockets):
            shutil.rmtree(folder, ignore_errors=True)
        self.log_path.unlink(missing_ok=True)

    def start(self):
        self.launch([JOURNALD, self.name])
        wait_for("journald's sockets", lambda: self._connect(), 20)

    def _connect(self):
        assert self.process.poll() is None, f"journald ended: {self.log()}"
        try:
            # A journald in a namespace ends when idle; an open output stream keeps it.
            self.keep_alive = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.keep_alive.connect(str(self.sockets / "stdout"))
            self.keep_alive.sendall(b"keep-alive\n\n6\n0\n0\n0\n0\n")
            self.native = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.native.connect(str(self.sockets / "socket"))
            return True
        except OSError:
            return False

    def stop(self):
        for connection in (self.keep_alive, self.native):
            if connection is not None:
                connection.close()
        self.end()

    def send(self, message, **fields):
        """One entry by the native protocol; values may be str or bytes."""
        datagram = b""
        for name, value in {"MESSAGE": message, **fields}.items():
            data = value if isinstance(value, bytes) else str(value).encode()
            if b"\n" in data:
                datagram += name.encode() + b"\n" + len(data).to_bytes(8, "little") + data + b"\n"
            else:
                datagram += name.encode() + b"=" + data + b"\n"
        self.native.send(datagram)

    def holds(self, text):
        """Whether an entry with `text` is in the files: journald writes them in its own time."""
        entries = subprocess.run(["journalctl", "-D", str(self.folder), "-o", "cat", "--no-pager"],
                                 capture_output=True, text=True)
        return text in entries.stdout

    def rotate(self):
        """Archives the present files and begins new ones."""
        before = set(self.folder.glob("*@*.journal"))
        self.process.send_signal(signal.SIGUSR2)
        wait_for("rotated journal files", lambda: set(self.folder.glob("*@*.journal")) - before, 20)

    def vacuum(self, keep=1):
        """Deletes the oldest archived files, so that `keep` files are left."""
        subprocess.run(["journalctl", "-D", str(self.folder), f"--vacuum-files={keep}"], check=True,
                       capture_output=True)


class PrivateDocker(Daemon):
    """dockerd on a socket of its own, without networks, with the image bb:1 (busybox)."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tributary-docker-"))
        self.host = f"unix://{self.folder}/docker.sock"
        super().__init__(self.folder / "dockerd.log")

    def __enter__(self):
        (self.folder / "daemon.json").write_text("{}")
        self.start()
        self.import_busybox()
        return self

    def __exit__(self, *_):
        running = self.run("ps", "-aq", check=False).split()
        if running:
            self.run("rm", "-f", *running, check=False)
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        self.launch(["dockerd", "--iptables=false", "--bridge=none", "--data-root", self.folder / "data",
                     "--exec-root", self.folder / "exec", "--pidfile", self.folder / "dockerd.pid",
                     "--config-file", self.folder / "daemon.json", "-H", self.host])
        wait_for("dockerd to answer", self._answers, 60)

    def _answers(self):
        assert self.process.poll() is None, f"dockerd ended: {self.log()}"
        return self.run("version", check=False) != ""

    def stop(self, number=signal.SIGTERM):
        self.end(number, 60)

    def run(self, *arguments, check=True):
        """Output of a docker command."""
        done = subprocess.run(["docker", "-H", self.host, *arguments], capture_output=True, text=True)
        assert not check or done.returncode == 0, f"docker {arguments}: {done.stderr}"
        return done.stdout.strip() if done.returncode == 0 else ""

    def import_busybox(self):
        root = self.folder / "image"
        (root / "bin").mkdir(parents=True)
        shutil.copy(BUSYBOX, root / "bin" / "busybox")
        applets = subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True, check=True)
        for name in applets.stdout.split():
            if name != "busybox":
                (root / "bin" / name).symlink_to("busybox")
        tar = self.folder / "image.tar"
        subprocess.run(["tar", "-C", root, "-cf", tar, "."], check=True)
        self.run("import", str(tar), "bb:1")

    def container(self, script, *options):
        """Starts a container that runs a shell script; its full id."""
        return self.run("run", "-d", "--network", "none", *options, "bb:1", "sh", "-c", script)

    def state(self, container):
        return json.loads(self.run("inspect", container))[0]["State"]
