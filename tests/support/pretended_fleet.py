"""An inventory of many hosts with the answers of their agents, for cfgc status with tests/support/fake_ssh."""
import json
import os
import pathlib
import subprocess
import time

import generate_fleet
from programs import BIN

SSH = pathlib.Path(__file__).with_name("fake_ssh")


class PretendedFleet:
    """`hosts` hosts that run what is compiled, until answer() says otherwise."""

    def __init__(self, folder, hosts):
        self.folder = pathlib.Path(folder)
        generate_fleet.generate(self.folder, hosts)
        self.answers = self.folder / "answers"
        self.log = self.folder / "ssh.log"
        for name in ("bin", "answers"):
            (self.folder / name).mkdir()
        (self.folder / "bin" / "ssh").symlink_to(SSH)
        subprocess.run([BIN / "cfgc", "compile", "--out", self.folder / "compiled"], cwd=self.folder, check=True,
                       capture_output=True)
        manifest = json.loads((self.folder / "compiled" / "manifest.json").read_text())
        self.hashes = {name: host["sha256"] for name, host in manifest["hosts"].items()}
        for name in self.hashes:
            self.answer(name)

    def answer(self, name, code=0, err="", **changed):
        said = {"version": "0.1.0", "config": self.hashes[name], "healthy": True, "unhealthy": [], "sent": 1000,
                "dropped": 0, "waiting": 3, "lag_seconds": 0.1, "uptime_seconds": 3600, **changed}
        out = json.dumps(said) if code in (0, 1) else ""
        for kind, text in (("out", out), ("err", err), ("code", f"{code}\n")):
            (self.answers / f"{name}.{kind}").write_text(text)

    def status(self, *arguments, seconds=0.2):
        """(exit code, stdout, stderr, seconds) of cfgc status."""
        environment = {**os.environ, "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
                       "FAKE_SSH_ANSWERS": str(self.answers), "FAKE_SSH_SECONDS": str(seconds),
                       "FAKE_SSH_LOG": str(self.log)}
        begin = time.monotonic()
        done = subprocess.run([BIN / "cfgc", "status", *arguments], cwd=self.folder, env=environment, text=True,
                              capture_output=True, check=False)
        return done.returncode, done.stdout, done.stderr, time.monotonic() - begin
