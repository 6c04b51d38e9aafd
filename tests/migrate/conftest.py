"""Fixtures for tests of `cfgc migrate`: the command, and a copy of the sample fleet to change.

Programs come from build/release/bin (TRIBUTARY_BIN names another folder).
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "golden" / "migrate"
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "migrate")]

from programs import BIN  # noqa: E402  (needs the path above)


class Answer:
    """What a run of cfgc said."""

    def __init__(self, done):
        self.code, self.out, self.errors = done.returncode, done.stdout, done.stderr

    def json(self):
        return json.loads(self.out)


class Fleet:
    """A folder with an inventory, in which cfgc runs."""

    def __init__(self, folder):
        self.folder = folder

    def cfgc(self, *arguments):
        done = subprocess.run([BIN / "cfgc", *map(str, arguments)], cwd=self.folder, text=True,
                              capture_output=True, timeout=120, check=False)
        return Answer(done)

    def migrate(self, *arguments):
        return self.cfgc("migrate", *arguments)

    def files(self):
        """Every file's bytes, by its path."""
        return {str(path.relative_to(self.folder)): path.read_bytes()
                for path in sorted(self.folder.rglob("*")) if path.is_file()}


@pytest.fixture
def fleet(tmp_path):
    """The sample fleet with its dashboards, rules, pages and compose files."""
    for name in ("inventory", "host_vars", "group_vars", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("dashboards", "rules", "docs", "compose"):
        shutil.copytree(SAMPLES / name, tmp_path / name)
    return Fleet(tmp_path)


def documents(**options):
    """The options that name the sample documents."""
    chosen = {"dashboards": "dashboards", "rules": "rules", "docs": "docs", "compose": "compose"}
    chosen.update(options)
    return [part for name, folder in chosen.items() if folder for part in ("--" + name, folder)]


def golden(name, text):
    """Compares with tests/golden/migrate/NAME; UPDATE_GOLDEN=1 rewrites it."""
    path = SAMPLES / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert path.exists(), f"{path} is missing; UPDATE_GOLDEN=1 writes it"
    assert text == path.read_text()


measured = pytest.StashKey[list]()


def pytest_configure(config):
    config.stash[measured] = []


@pytest.fixture
def measure(request):
    """measure(line): a figure that is shown at the end of the run."""
    return request.config.stash[measured].append


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash[measured]:
        terminalreporter.write_line(line)
