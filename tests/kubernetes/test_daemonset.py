"""The chart on real nodes: as a DaemonSet with the least privileges, the image sends the logs of pods, each line once.

TRIBUTARY_AGENT_IMAGE names the image (packaging/image/make), which the nodes have.
The nodes must reach the receiver of the tests, so they are of this machine, such as those of kind or k3s.
"""
import os
import subprocess
import urllib.parse

import pytest
import yaml
from charts import update
from programs import free_port, wait_for

pytestmark = [pytest.mark.helm, pytest.mark.cluster]

POD_IMAGE = os.environ.get("TRIBUTARY_TEST_IMAGE", "local/busybox:1")
TALKER = """
apiVersion: v1
kind: Pod
metadata: {{name: talker}}
spec:
  hostNetwork: true
  terminationGracePeriodSeconds: 0
  containers:
    - name: main
      image: {image}
      imagePullPolicy: Never
      command: [sh, -c, "i=0; while [ $i -lt 2000 ]; do echo \\"line $i of the talker\\"; i=$((i+1)); sleep 0.02; done; sleep 600"]
"""


@pytest.fixture
def image():
    name = os.environ.get("TRIBUTARY_AGENT_IMAGE")
    if name is None:
        pytest.skip("TRIBUTARY_AGENT_IMAGE is not set: there is no image to run")
    return name


def values(image, receiver, cluster, namespace):
    name, tag = image.rsplit(":", 1)
    server = urllib.parse.urlsplit(cluster.server)
    return yaml.safe_dump({
        "image": {"repository": name, "tag": tag, "pullPolicy": "Never"},
        "controller": {"hostNetwork": True, "minReadySeconds": 0},
        "tributary": {
            "loki": {"url": receiver.url}, "cluster": "test", "listenPort": free_port(),
            "storage": {"hostPath": f"/var/lib/{namespace}"},
            # For clusters without kube-proxy, where the address of the Service answers nobody.
            "extraEnv": [{"name": "KUBERNETES_SERVICE_HOST", "value": server.hostname},
                         {"name": "KUBERNETES_SERVICE_PORT", "value": str(server.port or 443)}]},
        "service": {"enabled": False},
    })


def test_each_line_of_a_pod_arrives_once_also_over_a_rollout(kubectl, cluster, node, namespace, receiver, image,
                                                            tmp_path):
    def call(*words, text=None):
        done = subprocess.run([*kubectl, "--namespace", namespace, *words], input=text, capture_output=True, text=True,
                              check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    (tmp_path / "values.yaml").write_text(values(image, receiver, cluster, namespace))
    rendered = update.template(update.helm(), namespace, namespace, "--values", tmp_path / "values.yaml")
    assert rendered.returncode == 0, rendered.stderr
    call("apply", "-f", "-", text=TALKER.format(image=POD_IMAGE))
    call("apply", "-f", "-", text=rendered.stdout)
    try:
        name = f"daemonset/{namespace}"
        call("rollout", "status", name, "--timeout=60s")
        receiver.wait_line("line 100 of the talker", 60)
        call("rollout", "restart", name)
        call("rollout", "status", name, "--timeout=60s")
        receiver.wait_line("line 1999 of the talker", 120)
        assert "healthy" in call("exec", name, "--", "/usr/bin/tributary", "status",
                                 f"--server.http.listen-addr=127.0.0.1:{_port(rendered.stdout)}")
    finally:
        call("delete", "--wait=false", "-f", "-", text=rendered.stdout)
    lines = [one for one in receiver.lines() if one["labels"].get("namespace") == namespace
             and one["labels"].get("container") == "main"]
    assert sorted(one["line"] for one in lines) == sorted(f"line {i} of the talker" for i in range(2000))
    assert {tuple(sorted(one["labels"].items())) for one in lines} == {
        (("cluster", "test"), ("container", "main"), ("job", f"{namespace}/main"), ("namespace", namespace),
         ("pod", "talker"), ("stream", "stdout"))}


def _port(rendered):
    for one in yaml.safe_load_all(rendered):
        if one and one["kind"] == "DaemonSet":
            return one["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"]
    raise AssertionError("no DaemonSet")
