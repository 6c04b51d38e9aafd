"""loki.source.kubernetes and loki.source.kubernetes_events against a real API server, with pods that run."""
import pytest
from programs import wait_for
from test_pod_logs import assert_all_once, lines_of, run_pod, texts  # noqa: F401  (a fixture among them)

pytestmark = pytest.mark.cluster

LOGS = """
discovery.kubernetes "pods" {
  kubeconfig_file = "%(kubeconfig)s"
  role            = "pod"
  namespaces {
    names = ["%(namespace)s"]
  }
}
discovery.relabel "pods" {
  targets = discovery.kubernetes.pods.targets
  rule {
    source_labels = ["__meta_kubernetes_pod_name"]
    target_label  = "pod"
  }
}
loki.source.kubernetes "pods" {
  targets    = discovery.relabel.pods.output
  forward_to = [loki.write.test.receiver]
  client {
    kubeconfig_file = "%(kubeconfig)s"
  }
}
"""
EVENTS = """
loki.source.kubernetes_events "all" {
  forward_to = [loki.write.test.receiver]
  namespaces = ["%(namespace)s"]
  client {
    kubeconfig_file = "%(kubeconfig)s"
  }
}
"""
WRITE = """
loki.write "test" {
  endpoint {
    url = "%(url)s"
  }
}
"""


@pytest.fixture
def run_agent(agent, cluster, namespace, receiver):
    def run(config):
        return agent((config + WRITE) % {"kubeconfig": cluster.kubeconfig, "namespace": namespace, "url": receiver.url})
    return run


def test_a_log_is_followed_and_goes_on_after_a_restart(run_pod, run_agent, receiver):  # noqa: F811
    running = run_agent(LOGS)
    run_pod("writer", lines_of(2_000, pause_every=100))
    wait_for("the first lines", lambda: receiver.stats()["lines"] > 200)
    running.stop()
    run_agent(LOGS)
    assert_all_once(receiver, "writer", 2_000, 90)
    labels = receiver.lines(1)[0]["labels"]
    assert labels["job"] == "loki.source.kubernetes.pods" and labels["instance"].endswith("/writer:main")


def test_a_container_that_is_started_again(run_pod, run_agent, receiver):  # noqa: F811
    run_agent(LOGS)
    run_pod("loop", "echo begin; sleep 3; echo end", restart="Always")
    wait_for("three starts", lambda: texts(receiver, "loop").count("begin") >= 3, 90)
    found = texts(receiver, "loop")
    assert found == ["begin", "end"] * (len(found) // 2) + ["begin"] * (len(found) % 2), "lost, or repeated"


def test_a_refused_right_is_shown(cluster, account, namespace, run_agent):
    client = (f'api_server = "{cluster.server}"\n bearer_token = "{account.token}"\n'
              f' tls_config {{\n ca_file = "{cluster.authority}"\n}}')
    running = run_agent(EVENTS.replace('kubeconfig_file = "%(kubeconfig)s"', client))
    wait_for("the lack to show", lambda: f"list events in namespace {namespace}: HTTP 403" in
             running.get("/-/healthy")[1])


def test_events_once_each(cluster, namespace, run_agent, receiver):
    def event(name, count):
        return {"kind": "Event", "metadata": {"name": name}, "reason": "Tested", "type": "Normal", "count": count,
                "involvedObject": {"kind": "Pod", "name": name, "namespace": namespace},
                "message": "a message", "lastTimestamp": "2026-11-28T12:00:00Z", "source": {"component": "test"}}

    def names():
        return [entry["line"].split()[0].removeprefix("name=") for entry in receiver.lines()]

    running = run_agent(EVENTS)
    cluster.create(event("one", 1), namespace)
    wait_for("an event", lambda: names() == ["one"])
    cluster.patch("Event", "one", {"count": 2}, namespace)
    wait_for("its repetition", lambda: names() == ["one", "one"])
    running.stop()
    cluster.create(event("two", 1), namespace)
    run_agent(EVENTS)
    wait_for("what came meanwhile", lambda: names() == ["one", "one", "two"])
    entry = receiver.lines()[-1]
    assert "reason=Tested type=Normal count=1 msg=\"a message\"" in entry["line"]
    assert entry["labels"]["namespace"] == namespace and entry["labels"]["job"] == "loki.source.kubernetes_events"
