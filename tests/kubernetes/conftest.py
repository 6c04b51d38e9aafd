"""The chart, and a cluster that KUBECONFIG names.

Tests marked `helm` render the chart: HELM names the program, else `helm` on the path. Tests marked `cluster` talk to
the API server of KUBECONFIG, those of the chart by kubectl (KUBECTL names it). `scripts/test kubernetes` says which of
them did not run. Those of the agent's components have a namespace each; what must break the cluster or run on a node
needs TRIBUTARY_TEST_CLUSTER (tests/support/cluster.py).
"""
import collections
import os
import pathlib
import re
import shutil
import sys
import uuid

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "kubernetes")]

import cluster as clusters  # noqa: E402  (needs the path above)
from programs import Agent, Receiver, wait_for  # noqa: E402


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


@pytest.fixture(scope="session")
def cluster():
    return clusters.Cluster(os.environ["KUBECONFIG"])


@pytest.fixture
def driver():
    found = clusters.driver()
    if found is None:
        pytest.skip("TRIBUTARY_TEST_CLUSTER is not set: nothing can be broken or run on a node")
    return found


@pytest.fixture
def node(cluster):
    """Name of a node that runs pods."""
    names = cluster.nodes()
    if not names:
        pytest.skip("the cluster has no node: no pod can run")
    return names[0]


@pytest.fixture
def namespace(cluster):
    name = f"tributary-{uuid.uuid4().hex[:10]}"
    cluster.create({"kind": "Namespace", "metadata": {"name": name}})
    yield name
    cluster.delete("Namespace", name)


@pytest.fixture
def receiver():
    with Receiver() as running:
        yield running


@pytest.fixture
def agent(tmp_path):
    """Starts agents: agent(config_text, ...); all are stopped at the end, when their numbers must add up."""
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


@pytest.fixture
def account(cluster, namespace):
    """A service account and what it may do: account(rules) binds a Role to it. Has .token and .name."""
    return Account(cluster, namespace)


class Account:
    def __init__(self, cluster, namespace):
        self.cluster, self.namespace, self.name = cluster, namespace, "agent"
        cluster.create({"kind": "ServiceAccount", "metadata": {"name": self.name}}, namespace)
        self.token = cluster.service_account_token(self.name, namespace)

    def allow(self, verbs, resources, groups=("",)):
        name = uuid.uuid4().hex[:8]
        self.cluster.create({"kind": "Role", "metadata": {"name": name}, "rules": [
            {"apiGroups": list(groups), "resources": resources, "verbs": verbs}]}, self.namespace)
        self.cluster.create({
            "kind": "RoleBinding", "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": self.name, "namespace": self.namespace}],
        }, self.namespace)


@pytest.fixture
def discover(agent, cluster):
    """discover(body) runs a discovery.kubernetes with this body; then .targets() are the label sets that it exports, by
    way of a scrape that fails: without __meta_kubernetes_ in front, and with `address`."""
    def start(body, client=None, **options):
        client = client or f'kubeconfig_file = "{cluster.kubeconfig}"'
        return Discovered(agent(DISCOVERY % (client, body), **options))
    return start


DISCOVERY = """
discovery.kubernetes "k" {
  %s
  %s
}
discovery.relabel "k" {
  targets = discovery.kubernetes.k.targets
  rule {
    action = "labelmap"
    regex  = "__meta_kubernetes_(.+)"
  }
  rule {
    source_labels = ["__address__"]
    target_label  = "address"
  }
  rule {
    target_label = "__address__"
    replacement  = "127.0.0.1:1"
  }
}
prometheus.scrape "k" {
  targets         = discovery.relabel.k.output
  forward_to      = [prometheus.echo.k.receiver]
  scrape_interval = "500ms"
  scrape_timeout  = "400ms"
}
prometheus.echo "k" { }
"""


class Discovered:
    def __init__(self, agent):
        self.agent, self.seen = agent, 0

    def _scrapes(self):
        """How often each target was scraped since the last call of see()."""
        found = collections.Counter()
        for line in self.agent.log()[self.seen:].splitlines():
            match = re.search(r'up\{(.*)\} 0', line.replace('\\"', '"'))
            if match:
                found[tuple(sorted(re.findall(r'(\w+)="([^"]*)"', match[1])))] += 1
        return found

    def targets(self):
        """What was scraped since the last call of see()."""
        return [dict(labels) for labels in self._scrapes()]

    def see(self):
        """Targets are those from now on; returns when one was scraped three times, and all of them so once."""
        self.seen = len(self.agent.log())
        wait_for("three scrapes", lambda: max(self._scrapes().values(), default=0) >= 3)

    def wait(self, what, condition, seconds=30):
        """Waits until the targets of a whole interval fulfil the condition."""
        def look():
            self.see()
            return condition(self.targets())
        return wait_for(what, look, seconds)
