"""The chart, and a cluster that KUBECONFIG names.

Tests marked `helm` render the chart: HELM names the program, else `helm` on the path. Tests marked `cluster` talk to
the API server of KUBECONFIG, by kubectl (KUBECTL names it). `scripts/test kubernetes` says which of them did not run.
"""
import os
import pathlib
import shutil
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "kubernetes")]


def pytest_configure(config):
    config.addinivalue_line("markers", "helm: renders the chart, which needs Helm")
    config.addinivalue_line("markers", "cluster: needs the cluster that KUBECONFIG names")


@pytest.fixture(scope="session")
def kubectl():
    """The words that kubectl is called by."""
    assert os.environ.get("KUBECONFIG"), "KUBECONFIG names no cluster: leave these tests out by -m 'not cluster'"
    words = os.environ.get("KUBECTL", "kubectl").split()
    assert shutil.which(words[0]), f"{words[0]} is not there: KUBECTL names another"
    return words
