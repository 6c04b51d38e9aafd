"""Fixtures for tests of whole programs: the receiver that speaks Loki's push protocol, and the agent.

Programs come from build/release/bin (TRIBUTARY_BIN names another folder). Every process is started by a
fixture and ended by it; every wait has a deadline and says what it waited for.
"""
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from daemons import PrivateDocker, missing_for_docker  # noqa: E402
from programs import Agent, Receiver  # noqa: E402  (needs the path above)


@pytest.fixture(scope="module")
def dockerd():
    """A dockerd of the module's own; None where it cannot run, which a test must say."""
    if missing_for_docker():
        yield None
        return
    with PrivateDocker() as running:
        yield running


@pytest.fixture
def receiver():
    with Receiver() as running:
        yield running


@pytest.fixture
def agent(tmp_path):
    """Starts agents: agent(config_text, env={...}); all are stopped at the end of the test, when
    their numbers must add up."""
    started = []

    def start(config, **options):
        running = Agent(tmp_path, config, **options)
        started.append(running)
        return running.start()

    yield start
    try:
        for running in started:
            running.check_numbers()
    finally:
        for running in started:
            running.kill()
