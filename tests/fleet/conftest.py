"""Three real hosts, a controller and a receiver; tests/fleet/enclosed runs the tests that use them.

    tests/fleet/base_image.py && tests/fleet/enclosed /usr/bin/python3 -m pytest tests/fleet

Programs come from build/release/bin (TRIBUTARY_BIN names another folder), package and archive from build/release
(TRIBUTARY_DEB names another package); TRIBUTARY_ANSIBLE names another ansible-playbook. `-m essential` is what a
run of all suites takes of them.
"""
import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "fleet")]

import base_image  # noqa: E402  (these need the path above)
from controller import Controller  # noqa: E402
from hosts import CONTROLLER, Fleet  # noqa: E402
from probes import Agents, sha256  # noqa: E402
from programs import BIN, Receiver  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "essential: also part of a run of all suites")
    if os.environ.get("TRIBUTARY_FLEET_ENCLOSED") != "1":
        pytest.exit("these tests make interfaces and mounts: run them by scripts/test fleet", 2)


@pytest.fixture(scope="session")
def package():
    if "TRIBUTARY_DEB" in os.environ:
        return pathlib.Path(os.environ["TRIBUTARY_DEB"])
    return the_one_built("tributary_*.deb")


def the_one_built(name):
    found = sorted((ROOT / "build/release").glob(name))
    assert len(found) == 1, f"there must be one {name} in build/release: {found}"
    return found[0]


@pytest.fixture(scope="session")
def archive():
    return the_one_built("tributary_*_linux_*.tar.gz")


@pytest.fixture(scope="session")
def fleet():
    with Fleet(base_image.ensure(), ["puck", "oberon", "ariel"], docker=["puck"]) as running:
        yield running


@pytest.fixture(scope="session")
def loki(fleet, tmp_path_factory):
    with Receiver(port=3100, address=CONTROLLER, log_path=tmp_path_factory.mktemp("loki") / "log") as running:
        yield running


@pytest.fixture(scope="session")
def controller(fleet, loki, package, tmp_path_factory):
    return Controller(tmp_path_factory.mktemp("controller"), fleet, package, BIN)


@pytest.fixture
def fresh(controller, loki):
    """The controller with the fleet's files as every test begins with them, and an empty receiver."""
    controller.reset()
    loki.post("/reset")
    return controller


@pytest.fixture
def agents(fresh, fleet):
    """All hosts with a running agent on the configs that every test begins with."""
    running = Agents(fleet)
    fresh.compile()
    wanted = {name: sha256(fresh.compiled(name)) for name in fleet.hosts}
    if {name: running.running_hash(name) for name in fleet.hosts} != wanted:
        fresh.deploy().ok()
    return running


@pytest.fixture
def bare(agents, fresh):
    """ariel without the agent."""
    fresh.play("uninstall.yml", "--limit", "ariel").ok()
    return agents.fleet["ariel"]
