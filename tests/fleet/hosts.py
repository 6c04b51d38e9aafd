"""Real hosts on one machine: systemd-nspawn on overlays of one base image, on a bridge of their own.

Everything lives in the namespaces of tests/fleet/enclosed; only cgroup folders and the writable layers
are left when a run is killed, and the next run removes them. The machine itself is the controller,
10.83.0.1; hosts count from 10.83.0.11.
"""
import contextlib
import fcntl
import os
import pathlib
import shlex
import signal
import subprocess
import tempfile

import base_image
from programs import wait_for

NET = "10.83.0"
CONTROLLER = f"{NET}.1"

NETWORK = """[Match]
Name=host0
[Network]
Address={address}/24
Gateway={controller}
LinkLocalAddressing=no
IPv6AcceptRA=no
"""

SSH_CONFIG = """Host *
  User root
  IdentityFile {folder}/key
  IdentitiesOnly yes
  StrictHostKeyChecking yes
  UserKnownHostsFile {folder}/known_hosts
  ConnectTimeout 5
  ServerAliveInterval 2
  ServerAliveCountMax 3
  LogLevel ERROR
"""

# Joins the host's cgroups first, so that they take in nspawn and the host; starts the host again when
# it reboots, for which nspawn's exit code is 133.
RUNNER = """for node in {nodes}; do echo 0 > "$node/cgroup.procs" || exit 1; done
while :; do
  {nspawn}
  [ $? = 133 ] || exit
done"""


# With an image "bb" of busybox, for nothing can be pulled here.
START_DOCKER = """set -e
systemctl enable --now docker.service
mkdir -p /tmp/bb/bin
cp /bin/busybox /tmp/bb/bin
ln -s busybox /tmp/bb/bin/sh
tar -C /tmp/bb -c . | docker import - bb
rm -r /tmp/bb"""


def cgroup_mounts():
    """The mount points of all cgroup hierarchies, of version 1 and 2."""
    mounts = []
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        left, right = line.split(" - ")
        if right.split()[0] in ("cgroup", "cgroup2"):
            mounts.append(pathlib.Path(left.split()[4]))
    return mounts


def make_node(mount, *names):
    """A cgroup node of its own; the cpuset hierarchy takes no process before it has processors."""
    for depth in range(1, len(names) + 1):
        node = mount.joinpath(*names[:depth])
        node.mkdir(exist_ok=True)
        for setting in ("cpuset.cpus", "cpuset.mems"):
            if (node / setting).exists() and (node.parent / setting).exists():
                (node / setting).write_text((node.parent / setting).read_text())
    return node


def remove_nodes(name):
    """Kills what is left in our cgroups of that name and removes them."""
    for mount in cgroup_mounts():
        top = mount / name
        for _ in range(50):
            nodes = sorted(top.rglob("cgroup.procs"), key=lambda p: -len(p.parts)) if top.exists() else []
            for procs in nodes:
                with contextlib.suppress(OSError):
                    for pid in procs.read_text().split():
                        os.kill(int(pid), signal.SIGKILL)
                with contextlib.suppress(OSError):
                    procs.parent.rmdir()
            if not top.exists():
                break
            signal.sigtimedwait([], 0.1)


def command(*parts, **options):
    """Runs a program of this machine; its output is in the error when it fails."""
    done = subprocess.run([str(part) for part in parts], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, **options)
    assert done.returncode == 0, f"{parts}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def read_or_nothing(path):
    """Of a process that may end meanwhile."""
    with contextlib.suppress(OSError):
        return path.read_bytes()
    return b""


class Host:
    """One host: boot(), ssh(), cut(), power_off(). Its files are those of the base and `upper`."""

    def __init__(self, fleet, name, number, docker=False):
        self.fleet = fleet
        self.name = name
        self.address = f"{NET}.{10 + number}"
        self.docker = docker
        self.runner = None

    @property
    def folder(self):
        return self.fleet.folder / self.name

    @property
    def root(self):
        return self.folder / "root"

    def create(self):
        """Its identity, written into the writable layer before that is mounted, and the root."""
        upper = self.folder / "upper"
        for folder in (self.root, self.folder / "work", self.folder / "docker", upper / "etc/ssh",
                       upper / "etc/systemd/network", upper / "root/.ssh"):
            folder.mkdir(parents=True)
        (upper / "root").chmod(0o700)
        (upper / "root/.ssh").chmod(0o700)
        (upper / "etc/hostname").write_text(f"{self.name}\n")
        (upper / "etc/machine-id").write_text(f"{os.urandom(16).hex()}\n")
        (upper / "etc/hosts").write_text("".join(
            f"{address} {name}\n" for address, name in
            [("127.0.0.1", "localhost"), (CONTROLLER, "controller"),
             *((host.address, host.name) for host in self.fleet.hosts.values())]))
        (upper / "etc/systemd/network/10-host0.network").write_text(
            NETWORK.format(address=self.address, controller=CONTROLLER))
        command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", self.name,
                "-f", upper / "etc/ssh/ssh_host_ed25519_key")
        keys = upper / "root/.ssh/authorized_keys"
        keys.write_text((self.fleet.folder / "key.pub").read_text())
        keys.chmod(0o600)
        command("mount", "-t", "overlay", f"fleet-{self.name}", "-o",
                f"lowerdir={self.fleet.base},upperdir={upper},workdir={self.folder}/work", self.root)

    def host_key(self):
        key = (self.root / "etc/ssh/ssh_host_ed25519_key.pub").read_text().split()[:2]
        return f"{self.address},{self.name} {' '.join(key)}\n"

    def start(self):
        """Begins to boot; wait_up() says when that is done."""
        nspawn = ["systemd-nspawn", "-q", "-D", self.root, "-M", self.name, "--register=no", "--keep-unit",
                  "--settings=no", "--resolv-conf=off", "--timezone=off", "--link-journal=no",
                  "--console=pipe", "--kill-signal=SIGRTMIN+3", "--network-bridge=br0",
                  # Docker's runc joins a session keyring; systemd's address filters need bpf.
                  "--system-call-filter=@keyring bpf"]
        if self.docker:
            # An overlay cannot be the upper layer of Docker's overlays.
            nspawn.append(f"--bind={self.folder}/docker:/var/lib/docker")
        nspawn.append("/usr/local/sbin/fleet-init")
        nodes = [make_node(mount, self.fleet.cgroup, self.name) for mount in cgroup_mounts()]
        script = RUNNER.format(nodes=shlex.join(map(str, nodes)), nspawn=shlex.join(map(str, nspawn)))
        with open(self.folder / "console.log", "ab") as log:
            self.runner = subprocess.Popen(["sh", "-c", script], stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=log, start_new_session=True)

    def wait_up(self, seconds=90):
        def is_up():
            assert self.runner.poll() is None, f"{self.name} ended:\n{self.console()}"
            return self.ssh("systemctl is-system-running --wait", check=False).stdout.strip() in (
                "running", "degraded")
        wait_for(f"{self.name} to boot", is_up, seconds)

    def console(self):
        return (self.folder / "console.log").read_text(errors="replace")

    def ssh(self, line, check=True, stdin=None, timeout=120):
        """Runs a shell line on the host with the bytes `stdin`; when `check`, it must not fail."""
        given = {"input": stdin} if stdin else {"stdin": subprocess.DEVNULL}
        done = subprocess.run(["ssh", "-F", self.fleet.folder / "ssh_config", self.name, line],
                              capture_output=True, check=False, timeout=timeout, **given)
        done.stdout, done.stderr = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        assert not check or done.returncode == 0, (
            f"{self.name}: {line}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def out(self, line, **options):
        return self.ssh(line, **options).stdout.strip()

    def inside(self, *parts):
        """Runs a program on the host without the network."""
        return command("nsenter", "-t", self.leader(), "-a", "--", *parts)

    def boot_id(self):
        """Another one after each boot, empty while the host is away; the kernel's own is the machine's."""
        return self.ssh("systemctl show -P UserspaceTimestampMonotonic", check=False).stdout

    def power_off(self):
        """Power loss: everything on the host ends at once, nothing is written."""
        os.kill(self.leader(), signal.SIGKILL)
        self.runner.wait(20)

    def leader(self):
        """The host's systemd, in our numbers: what nspawn, the child of our shell, has started."""
        pid = self.runner.pid
        for _ in range(2):
            pid = int(pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
        return pid

    def cut(self, cut=True):
        """Unplugs the network cable, or plugs it in again."""
        command("ip", "link", "set", f"vb-{self.name}", "down" if cut else "up")


class Fleet:
    """Hosts by name. A context: all of them run inside, nothing of them is left after it."""

    def __init__(self, base, names, docker=()):
        self.base = base
        self.folder = None
        self.cgroup = None
        self.hosts = {name: Host(self, name, number, name in docker)
                      for number, name in enumerate(names, 1)}

    def __getitem__(self, name):
        return self.hosts[name]

    def __enter__(self):
        self.base_lock = base_image.hold()
        self.remove_leftovers()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=self.base.parent))
        self.cgroup = f"tributary-{self.folder.name}"
        self.lock = open(self.folder / "lock", "w", encoding="ascii")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        # nspawn keeps its runtime files there; the mount is ours alone.
        pathlib.Path("/run/systemd/nspawn").mkdir(parents=True, exist_ok=True)
        command("mount", "-t", "tmpfs", "tmpfs", "/run/systemd/nspawn")
        for line in ("link set lo up", "link add br0 type bridge", f"addr add {CONTROLLER}/24 dev br0",
                     "link set br0 up"):
            command("ip", *line.split())
        command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "controller", "-f", self.folder / "key")
        (self.folder / "ssh_config").write_text(SSH_CONFIG.format(folder=self.folder) + "".join(
            f"Host {host.name} {host.address}\n  HostName {host.address}\n" for host in self.hosts.values()))
        for host in self.hosts.values():
            host.create()
            host.start()
        (self.folder / "known_hosts").write_text("".join(h.host_key() for h in self.hosts.values()))
        for host in self.hosts.values():
            host.wait_up()
            if host.docker:
                host.ssh(START_DOCKER)
        return self

    def __exit__(self, *_):
        # Ansible leaves its connections open for the next play.
        for connection in (self.folder / "cp").glob("*"):
            subprocess.run(["ssh", "-o", f"ControlPath={connection}", "-O", "exit", "any"], check=False,
                           capture_output=True)
        for host in self.hosts.values():
            if host.runner and host.runner.poll() is None:
                host.power_off()
        remove_nodes(self.cgroup)
        for host in self.hosts.values():
            command("umount", host.root)
        command("umount", "/run/systemd/nspawn")
        command("ip", "link", "del", "br0")
        self.lock.close()
        self.base_lock.close()
        command("rm", "-rf", "--one-file-system", self.folder)
        with contextlib.suppress(AssertionError):
            wait_for("the last processes to end", lambda: not self.leftovers(), 10)
        left = self.leftovers()
        assert not left, f"the fleet left behind: {left}"

    def leftovers(self):
        """Mounts, interfaces, cgroups and processes of the hosts; none after the end."""
        mounts = [line.split()[4] for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
                  if str(self.folder) in line or "/run/systemd/nspawn" in line]
        links = [line.split(":")[1].strip() for line in command("ip", "-o", "link").splitlines()
                 if line.split(":")[1].strip() != "lo"]
        nodes = [str(mount / self.cgroup) for mount in cgroup_mounts() if (mount / self.cgroup).exists()]
        # Of an ended process the kernel knows no command line.
        commands = [read_or_nothing(path) for path in pathlib.Path("/proc").glob("[0-9]*/cmdline")]
        running = [line.replace(b"\0", b" ").decode(errors="replace") for line in commands
                   if str(self.folder).encode() in line]
        return mounts + links + nodes + running

    def remove_leftovers(self):
        """Of runs that were killed: nobody holds their lock any more."""
        for folder in self.base.parent.glob("run-*"):
            with open(folder / "lock", "w", encoding="ascii") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                remove_nodes(f"tributary-{folder.name}")
                command("rm", "-rf", "--one-file-system", folder)
