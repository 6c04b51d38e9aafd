"""Pod logs by the files of a node, as configurations write it: discovery.kubernetes, discovery.relabel,
local.file_match, loki.source.file, stage.cri. The agent runs on the node (TRIBUTARY_TEST_CLUSTER). A cluster whose
kubelet rotates logs every few seconds at some 64 KiB makes the most of it.
"""
import collections
import os
import re

import pytest
from programs import Agent, wait_for

pytestmark = pytest.mark.cluster
IMAGE = os.environ.get("TRIBUTARY_TEST_IMAGE", "local/busybox:1")

CONFIG = """
discovery.kubernetes "pods" {
  kubeconfig_file = "%(kubeconfig)s"
  role            = "pod"
  namespaces {
    names = ["%(namespace)s"]
  }
  selectors {
    role  = "pod"
    field = "spec.nodeName=%(node)s"
  }
}
discovery.relabel "pods" {
  targets = discovery.kubernetes.pods.targets
  rule {
    source_labels = ["__meta_kubernetes_namespace"]
    target_label  = "namespace"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_name"]
    target_label  = "pod"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_container_name"]
    target_label  = "container"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_uid", "__meta_kubernetes_pod_container_name"]
    separator     = "/"
    target_label  = "__path__"
    replacement   = "/var/log/pods/*$1/*.log"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_annotation_kubernetes_io_config_hash", "__meta_kubernetes_pod_container_name"]
    separator     = "/"
    regex         = "(.+/.+)"
    target_label  = "__path__"
    replacement   = "/var/log/pods/*$1/*.log"
  }
}
local.file_match "pods" {
  path_targets = discovery.relabel.pods.output
  sync_period  = "1s"
}
loki.source.file "pods" {
  targets    = local.file_match.pods.targets
  forward_to = [loki.process.pods.receiver]
}
loki.process "pods" {
  forward_to = [loki.write.test.receiver]
  stage.cri { }
}
loki.write "test" {
  endpoint {
    url = "%(url)s"
  }
}
"""


@pytest.fixture
def run_pod(cluster, namespace, node):
    """run_pod(name, script) runs a shell script in a container; the pod ends with it."""
    def run(name, script, restart="Never", namespace=namespace):
        manifest = {"kind": "Pod", "metadata": {"name": name}, "spec": {
            "hostNetwork": True, "nodeName": node, "restartPolicy": restart, "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
            "containers": [{"name": "main", "image": IMAGE, "imagePullPolicy": "IfNotPresent",
                            "command": ["sh", "-c", script]}]}}

        def created():
            try:
                return cluster.create(manifest, namespace)
            except Exception as error:  # The default service account comes a moment after the namespace.
                if "serviceaccount" not in str(error):
                    raise
        wait_for("the pod to be taken", created)
    return run


@pytest.fixture
def node_agent(cluster, namespace, node, driver, receiver, tmp_path):
    """Starts the agent on the node; again under the same name with what it has stored."""
    started = []

    def start():
        config = CONFIG % {"kubeconfig": cluster.kubeconfig, "namespace": namespace, "node": node, "url": receiver.url}
        running = Agent(tmp_path, config)
        running.command = driver.command(*running.command)
        started.append(running)
        return running.start()

    yield start
    try:
        for running in started:
            if running.running():
                running.check_numbers()
    finally:
        for running in started:
            running.kill()


def phase(cluster, namespace, name):
    return cluster.get("Pod", name, namespace)["status"].get("phase")


def texts(receiver, pod):
    return [entry["line"] for entry in receiver.lines() if entry["labels"].get("pod") == pod]


def numbers(receiver, pod):
    """How often each number of "line NUMBER ..." was received."""
    return collections.Counter(int(match[1]) for text in texts(receiver, pod)
                               if (match := re.match(r"line (\d+) ", text)))


def assert_all_once(receiver, pod, count, seconds=60):
    # All lines are asked for only once they may be there: they are many.
    wait_for(f"{count} lines of {pod}", lambda: receiver.stats()["lines"] >= count and
             len(numbers(receiver, pod)) >= count, seconds)
    found = numbers(receiver, pod)
    assert sorted(found) == list(range(count)), "lines are missing"
    assert set(found.values()) == {1}, f"repeated: {[n for n, times in found.items() if times > 1][:20]}"


def lines_of(count, pause_every=0):
    pause = f"[ $((i % {pause_every})) -ne 0 ] || sleep 1;" if pause_every else ""
    text = "x" * 80
    return f'i=0; while [ $i -lt {count} ]; do echo "line $i {text}"; i=$((i+1)); {pause} done'


def test_lines_of_a_pod_with_their_labels(cluster, namespace, run_pod, node_agent, receiver):
    run_pod("talker", "echo one; echo two >&2; printf '  blanks\\n\\nlast'")
    node_agent()
    wait_for("the lines", lambda: len(texts(receiver, "talker")) >= 5)
    entries = [entry for entry in receiver.lines() if entry["labels"].get("pod") == "talker"]
    assert sorted(entry["line"] for entry in entries) == ["", "  blanks", "last", "one", "two"]
    labels = {entry["line"]: entry["labels"] for entry in entries}
    assert labels["one"]["stream"] == "stdout" and labels["two"]["stream"] == "stderr"
    assert labels["one"]["namespace"] == namespace and labels["one"]["container"] == "main"


def test_rotation_while_it_is_read(run_pod, node_agent, receiver):
    node_agent()
    run_pod("writer", lines_of(12_000, pause_every=800))
    assert_all_once(receiver, "writer", 12_000, 90)


def test_a_container_that_ends_at_once(run_pod, node_agent, receiver):
    node_agent()
    run_pod("short", lines_of(3))
    assert_all_once(receiver, "short", 3)


def test_the_agent_restarts(cluster, namespace, run_pod, node_agent, receiver):
    agent = node_agent()
    run_pod("writer", lines_of(12_000, pause_every=1_000))
    wait_for("the first lines", lambda: receiver.stats()["lines"] > 1_000)
    agent.stop()
    assert len(numbers(receiver, "writer")) < 12_000
    node_agent()
    assert_all_once(receiver, "writer", 12_000, 90)


def test_a_container_that_is_started_again(run_pod, node_agent, receiver):
    node_agent()
    run_pod("loop", lines_of(200), restart="Always")
    wait_for("a second start", lambda: max(numbers(receiver, "loop").values(), default=0) >= 2, 60)
    wait_for("all of it", lambda: len(numbers(receiver, "loop")) == 200)


def test_long_lines_and_what_ends_without_a_line_end(run_pod, node_agent, receiver):
    node_agent()
    run_pod("long", "head -c 40000 /dev/zero | tr '\\0' a; echo; head -c 20000 /dev/zero | tr '\\0' b")
    wait_for("both lines", lambda: len(texts(receiver, "long")) >= 2, 60)
    assert sorted(map(len, texts(receiver, "long"))) == [20_000, 40_000]
