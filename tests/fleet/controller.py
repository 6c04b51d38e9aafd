"""The controller: a checkout with a small fleet of its own, on which Ansible's plays are run."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import time

from hosts import CONTROLLER
from programs import ROOT

ANSIBLE = os.environ.get("TRIBUTARY_ANSIBLE", "/usr/bin/ansible-playbook")
PUSH_URL = f"http://{CONTROLLER}:3100/loki/api/v1/push"

# Each host has two listeners, so that one can change while the other must not notice.
HOST_VARS = {
    "puck": "services: [docker, kairos, gitea]\ntelemetry:\n  docker:\n    discovery: true\n",
    "oberon": "services: [kairos, gitea]\n",
    "ariel": "services: [kairos, gitea]\n",
}
ALL_VARS = f"""deployment_environment: test
kairos_syslog_port: 51412
gitea_syslog_port: 51424
telemetry:
  hostname: "{{{{ inventory_hostname }}}}.lab"
  backends:
    loki:
      url: {PUSH_URL}
"""
TEMPLATE = "".join(f'fleet.{kind} "{label}" {{ }}\n\n' for kind, label in [
    ("journal", "systemd"), ("syslog", "services"), ("docker", "containers"), ("files", "files"),
    ("backends", "default")])


class Play:
    """What a play did: its exit code, its output, and the recap of each host."""

    def __init__(self, code, text, seconds):
        self.code = code
        self.text = text
        self.seconds = seconds
        self.recap = {}
        for line in text.split("PLAY RECAP")[-1].splitlines():
            found = re.match(r"(\S+) +: (ok=.*)", line)
            if found:
                self.recap[found[1]] = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", found[2])}

    def ok(self):
        assert self.code == 0, self.text
        return self


class Controller:
    def __init__(self, folder, fleet, package, binaries):
        self.folder = pathlib.Path(folder)
        self.fleet = fleet
        self.package = package
        self.cfgc = binaries / "cfgc"
        for name in ("ansible.cfg", "deploy.yml", "status.yml", "rollback.yml", "uninstall.yml", "upgrade.yml"):
            if (ROOT / name).exists():
                shutil.copy(ROOT / name, self.folder)
        shutil.copytree(ROOT / "ansible", self.folder / "ansible")
        self.reset()

    def reset(self):
        """The fleet's files as every test begins with them."""
        for name in ("inventory", "host_vars", "group_vars", "templates", "compiled"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        hosts = "".join(f"    {host.name}:\n      ansible_host: {host.address}\n"
                        for host in self.fleet.hosts.values())
        self.write("inventory/hosts.yml", f"all:\n  vars:\n    ansible_user: root\n"
                   f"    ansible_ssh_common_args: -F {self.fleet.folder}/ssh_config\n  hosts:\n{hosts}")
        self.write("group_vars/all/vars.yml", ALL_VARS)
        self.write("templates/default.river", TEMPLATE)
        for name in self.fleet.hosts:
            self.write(f"host_vars/{name}.yml", HOST_VARS[name])

    def write(self, path, text):
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def edit(self, path, old, new):
        """Replaces text that must be there in a file of the fleet."""
        text = (self.folder / path).read_text()
        assert old in text, f"{path} has no {old!r}"
        (self.folder / path).write_text(text.replace(old, new))

    def play(self, name, *arguments, package=None, **variables):
        """Runs a play; variables become -e. With a tributary_archive there is no package."""
        if "tributary_archive" not in variables:
            variables["tributary_package"] = package or self.package
        variables["tributary_cfgc"] = self.cfgc
        extra = ["-e", json.dumps(variables, default=str)]
        environment = {**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_SSH_ARGS": f"-F {self.fleet.folder}/ssh_config "
                       "-o ControlMaster=auto -o ControlPersist=20s",
                       # By default another run's connections would be taken, for its hosts have our addresses.
                       "ANSIBLE_SSH_CONTROL_PATH_DIR": str(self.fleet.folder / "cp"), "LC_ALL": "C.UTF-8"}
        started = time.monotonic()
        done = subprocess.run([ANSIBLE, name, *arguments, *extra], cwd=self.folder,
                              env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        return Play(done.returncode, done.stdout, time.monotonic() - started)

    def deploy(self, *arguments, **options):
        options.setdefault("tributary_serial", "100%")
        return self.play("deploy.yml", *arguments, **options)

    def compile(self):
        """As a deploy does it, without one."""
        subprocess.run([self.cfgc, "compile", "-i", "inventory", "--playbook-dir", "."], cwd=self.folder,
                       check=True, capture_output=True)

    def status(self, *arguments):
        """(exit code, table or JSON) of cfgc status, which goes by ssh as the plays do."""
        done = subprocess.run([self.cfgc, "status", "-i", "inventory", "--playbook-dir", ".", "--connect-timeout", "3",
                               *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), done.stderr
        return done.returncode, done.stdout

    def compiled(self, host):
        return (self.folder / "compiled" / host / "config.river").read_text()


def repack(package, version, folder, change=None):
    """The same package as another version; `change` may edit its unpacked files first."""
    root = pathlib.Path(folder) / f"tributary-{version}"
    subprocess.run(["dpkg-deb", "-R", package, root], check=True)
    control = root / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^Version: .*$", f"Version: {version}", control.read_text()))
    if change:
        change(root)
    result = pathlib.Path(folder) / f"tributary_{version}_amd64.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", root, result], check=True, capture_output=True)
    return result


def rearchive(archive, version, folder, change):
    """The same archive under another name; `change` edits its unpacked files first."""
    root = pathlib.Path(folder) / f"tributary_{version}_linux_amd64"
    root.mkdir()
    subprocess.run(["tar", "-xzf", archive, "-C", root, "--strip-components=1"], check=True)
    change(root)
    result = pathlib.Path(f"{root}.tar.gz")
    subprocess.run(["tar", "-czf", result, "-C", root.parent, root.name], check=True)
    return result
