#!/usr/bin/env python3
"""The image that all hosts of the test fleet share: Debian 12 with systemd, sshd, Python and Docker.

    tests/fleet/base_image.py        builds it when it is missing or this file changed; prints its path

It is kept in /var/tmp/tributary-fleet (TRIBUTARY_FLEET names another folder, on ext4 or xfs).
"""
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

FOLDER = pathlib.Path(os.environ.get("TRIBUTARY_FLEET", "/var/tmp/tributary-fleet"))
BASE = FOLDER / "base"
SUITE = "bookworm"

FIRST = ["systemd", "systemd-sysv", "dbus", "iproute2", "openssh-server", "python3-minimal"]
# libpython3-stdlib: Ansible's modules need more than the minimal Python.
SECOND = ["busybox-static", "docker-compose", "docker.io", "iptables", "libpython3-stdlib", "python3"]

# What wakes up by itself would blur the tests; Docker is started by the host that wants it.
DISABLED = ["apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer",
            "e2scrub_reap.service", "fstrim.timer", "getty@tty1.service", "systemd-pstore.service",
            "docker.service", "docker.socket", "containerd.service"]

# nspawn mounts the version 1 controllers read-only. Units would start, but without their limits, and
# Docker not at all.
INIT = """#!/bin/sh
for controller in /sys/fs/cgroup/*; do
  mount -o remount,bind,rw "$controller" 2>/dev/null
done
exec /lib/systemd/systemd
"""


def recipe():
    """Changes whenever this file does."""
    return hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()


def mirror():
    """The Debian mirror that this machine's apt uses."""
    files = [pathlib.Path("/etc/apt/sources.list"), *pathlib.Path("/etc/apt/sources.list.d").glob("*")]
    for file in files:
        if file.is_file():
            found = re.search(r"^(?:URIs: *|deb (?:\[.*?\] )?)(\S+/debian)/?\s", file.read_text(), re.MULTILINE)
            if found:
                return found[1]
    return "http://deb.debian.org/debian"


def run(*command, **options):
    subprocess.run([str(part) for part in command], check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr,
                   **options)


def build(root):
    run("debootstrap", "--variant=minbase", f"--include={','.join(FIRST)}", SUITE, root, mirror())
    # Packages must not start their services in the chroot.
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("chroot", root, "apt-get", "-q", "update", env=environment)
    run("chroot", root, "apt-get", "-q", "-y", "install", "--no-install-recommends", *SECOND, env=environment)
    run("chroot", root, "apt-get", "clean")
    # With this file left, the agent's package would not start its service either.
    policy.unlink()
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    for name in ("etc/hostname", "etc/resolv.conf", "var/lib/dbus/machine-id"):
        (root / name).unlink(missing_ok=True)
    # Empty, so that each host gets its own: one id for all would mix their journals.
    (root / "etc/machine-id").write_text("")
    (root / "var/log/journal").mkdir(exist_ok=True)
    for unit in DISABLED:
        subprocess.run(["systemctl", f"--root={root}", "disable", unit], check=False, capture_output=True)
    run("systemctl", f"--root={root}", "enable", "systemd-networkd.service")
    init = root / "usr/local/sbin/fleet-init"
    init.write_text(INIT)
    init.chmod(0o755)


def is_current():
    stamp = BASE / ".recipe"
    return stamp.exists() and stamp.read_text() == recipe()


def hold():
    """Keeps the image from being rebuilt until the returned file is closed."""
    lock = open(FOLDER / "base.lock", "w", encoding="ascii")
    fcntl.flock(lock, fcntl.LOCK_SH)
    return lock


def ensure():
    """The path of a base image that is up to date; waits for those who hold an older one."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if is_current():
        return BASE
    with open(FOLDER / "base.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current():
            building = FOLDER / "base.new"
            for old in (building, BASE):
                if old.exists():
                    run("rm", "-rf", "--one-file-system", old)
            build(building)
            (building / ".recipe").write_text(recipe())
            building.rename(BASE)
    return BASE


if __name__ == "__main__":
    print(ensure())
