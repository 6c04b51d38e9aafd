"""Shows this machine's logs arriving with labels; scripts/demo builds first and calls this."""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
from daemons import JOURNALD, Daemon, PrivateDocker  # noqa: E402
from daemons import missing_for_docker, missing_for_journald  # noqa: E402
from programs import BIN, Agent, Receiver, wait_for  # noqa: E402

SYSLOG_PORT = 51499  # host_vars/localhost.yml: demo_syslog_port
LOG_FILE = pathlib.Path("/tmp/tributary-demo/app.log")  # host_vars/localhost.yml: telemetry.files
DOCKER_HOST = "unix:///var/run/docker.sock"
IMAGE = "tributary-demo:1"
MARK = f"tributary demo {os.getpid()}"
COLOUR = sys.stdout.isatty()


def step(text):
    print(f"\033[1m{text}\033[0m" if COLOUR else text, flush=True)


def say(text):
    print(f"   {text}", flush=True)


class DefaultJournal(Daemon):
    """The machine's own journald, for a machine whose PID 1 is not systemd."""

    def __enter__(self):
        self.launch([JOURNALD])
        wait_for("journald's socket", journal_answers)
        return self

    def __exit__(self, *_):
        self.end()


class Container:
    """A container on a daemon that is already there; leaves nothing behind."""

    def __init__(self, folder):
        self.docker = PrivateDocker()
        shutil.rmtree(self.docker.folder)
        self.docker.folder = folder / "image"
        self.docker.folder.mkdir()
        self.docker.host = DOCKER_HOST

    def __enter__(self):
        self.docker.import_busybox()
        self.docker.run("tag", "bb:1", IMAGE)
        self.docker.run("rmi", "bb:1")
        return self

    def speak(self, text):
        self.docker.run("run", "--rm", "-d", "--network", "none", "--name", f"tributary-demo-{os.getpid()}",
                        IMAGE, "sh", "-c", f"trap exit TERM; while :; do echo '{text}'; sleep 1; done")

    def __exit__(self, *_):
        self.docker.run("rm", "-f", f"tributary-demo-{os.getpid()}", check=False)
        self.docker.run("rmi", IMAGE, check=False)


def journal_answers():
    probe = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    with probe, contextlib.suppress(OSError):
        probe.connect("/run/systemd/journal/socket")
        return True
    return False


def docker_answers():
    return shutil.which("docker") is not None and subprocess.run(
        ["docker", "-H", DOCKER_HOST, "version"], capture_output=True).returncode == 0


def speak_journal(text):
    subprocess.run(["logger", "--journald"], input=f"MESSAGE={text}\nSYSLOG_IDENTIFIER=demo\n".encode(),
                   check=True)


def speak_syslog(text):
    subprocess.run(["logger", "--server", "127.0.0.1", "--port", str(SYSLOG_PORT), "--tcp", "--rfc3164",
                    "--tag", "demo", text], check=True)


def speak_file(text):
    LOG_FILE.parent.mkdir(exist_ok=True)
    with open(LOG_FILE, "a") as file:
        file.write(text + "\n")


def have_journal(stack):
    """Makes sure that a journald runs; false, having said why, when none can."""
    if journal_answers():
        say("journal: this machine's own")
        return True
    if reason := missing_for_journald():
        say(f"journal: left out: {reason}")
        return False
    say("journal: none runs here, so a private systemd-journald is started")
    stack.enter_context(DefaultJournal(tempfile.mktemp(prefix="tributary-demo-journald-", suffix=".log")))
    return True


def have_docker(stack, folder):
    """A container to speak from, or None, having said why."""
    if not docker_answers():
        if reason := missing_for_docker():
            say(f"container: left out: {reason}")
            return None
        say("container: no Docker daemon answers, so dockerd is started")
        docker = PrivateDocker()
        docker.host = DOCKER_HOST
        stack.enter_context(docker)
    else:
        say("container: this machine's own Docker daemon")
    return stack.enter_context(Container(folder))


def compile_config(folder):
    step("3. Compile the sample fleet; the configuration of this machine is that of the host localhost")
    subprocess.run([BIN / "cfgc", "compile", "--out", folder / "compiled"], cwd=ROOT, check=True)
    path = folder / "compiled" / "localhost" / "config.river"
    say(f"{path}: {len(path.read_text().splitlines())} lines")
    return path.read_text()


def follow(receiver, sources, once):
    """Prints what arrives; ends when all sources did (--once), or never."""
    arrived, seen = {}, 0
    deadline = time.monotonic() + 60
    while True:
        text = receiver.log()
        for line in text[seen:].splitlines():
            if MARK in line:
                say(line)
        seen = len(text)
        for entry in receiver.lines():
            for name in sources:
                if f"{MARK} from {name}" in entry["line"]:
                    arrived[name] = entry["labels"]
        if once and (len(arrived) == len(sources) or time.monotonic() > deadline):
            return arrived
        time.sleep(0.3)


def run(once):
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tributary-demo-")))
        config = compile_config(folder)
        step("4. Sources")
        speakers = {"file": speak_file, "syslog": speak_syslog}
        if have_journal(stack):
            speakers["journal"] = speak_journal
        if container := have_docker(stack, folder):
            speakers["container"] = container.speak
        step("5. A receiver that speaks Loki's push protocol, and the agent")
        receiver = stack.enter_context(Receiver(arguments=["--print"]))
        agent = Agent(folder, config, env={"LOKI_URL": receiver.url})
        stack.callback(lambda: agent.running() and agent.stop())
        agent.start()
        say(f"receiver {receiver.url}, agent http://127.0.0.1:{agent.port}/metrics")
        step("6. One line from each source" + ("" if once else "; Ctrl-C ends"))
        for name, speak in speakers.items():
            speak(f"{MARK} from {name}")
        arrived = follow(receiver, speakers, once)
        for name in speakers:
            say(f"{name:<10} {json.dumps(arrived[name]) if name in arrived else 'DID NOT ARRIVE'}")
        agent.stop()
        print(f"delivered {receiver.stats()['lines']} lines from {len(arrived)} sources", flush=True)
        return 0 if len(arrived) == len(speakers) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="end when every source has delivered")
    once = parser.parse_args().once
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    try:
        return run(once)
    except KeyboardInterrupt:
        print()
        return 0


if __name__ == "__main__":
    sys.exit(main())
