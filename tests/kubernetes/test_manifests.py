"""All manifests against a real API server, which checks every field and admits or refuses them; nothing is kept."""
import json
import subprocess
import uuid

import pytest
import yaml
from charts import EXAMPLES, MANIFESTS, render

pytestmark = pytest.mark.cluster

VALUES = {
    "default": "{}",
    "alloy": (EXAMPLES / "helm-values.yaml").read_text(),
    "gateway": (EXAMPLES / "gateway-values.yaml").read_text(),
    "every mount": "tributary: {mounts: {dockercontainers: true, journal: true}, livenessProbe: {tcpSocket: {port: 1}}, "
                   "lifecycle: {preStop: {sleep: {seconds: 1}}}, hostAliases: [{ip: 127.0.0.1, hostnames: [a]}]}\n"
                   "configReloader: {enabled: true}\nimage: {pullSecrets: [{name: a}]}",
    "statefulset": "controller: {type: statefulset, volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: "
                   "[ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}], enableStatefulSetAutoDeletePVC: true, "
                   "terminationGracePeriodSeconds: 60, revisionHistoryLimit: 3}",
    "deployment": "controller: {type: deployment, updateStrategy: {type: Recreate}, podDisruptionBudget: {enabled: "
                  "true, minAvailable: 50%}, autoscaling: {horizontal: {enabled: true, targetCPUUtilizationPercentage: "
                  "70}}, topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, "
                  "whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {a: b}}}]}",
    "network": "ingress: {enabled: true, hosts: [a.example], tls: [{secretName: a, hosts: [a.example]}]}\n"
               "networkPolicy: {enabled: true}\nservice: {type: NodePort}",
    "namespaces": "rbac: {namespaces: [default], clusterRules: [{nonResourceURLs: [/metrics], verbs: [get]}]}",
}


@pytest.fixture(scope="module")
def namespace(kubectl):
    """A namespace of this run's own, so that one that is still being deleted is in nobody's way."""
    name = f"tributary-test-{uuid.uuid4().hex[:8]}"
    subprocess.run([*kubectl, "create", "namespace", name], check=True, capture_output=True)
    yield name
    subprocess.run([*kubectl, "delete", "namespace", name, "--wait=false"], check=True, capture_output=True)


def check(kubectl, namespace, objects):
    """Has the API server look at these objects; it must neither refuse nor warn."""
    for one in objects:
        if one["metadata"].get("namespace") not in (None, "default"):
            one["metadata"]["namespace"] = namespace
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    done = subprocess.run([*kubectl, "apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-"],
                          input=listed, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "Warning" not in done.stderr, done.stderr
    assert done.stdout.count("serverside-applied") == len(objects), done.stdout


@pytest.mark.parametrize("path", sorted(MANIFESTS.glob("*.yaml")), ids=lambda path: path.name)
def test_plain_manifests_are_taken(kubectl, namespace, path):
    check(kubectl, namespace, list(yaml.safe_load_all(path.read_text())))


@pytest.mark.helm
@pytest.mark.parametrize("name", VALUES)
def test_what_the_chart_renders_is_taken(kubectl, namespace, tmp_path, name):
    objects = render(tmp_path, VALUES[name])
    check(kubectl, namespace, [one for key, one in objects.items() if isinstance(key, tuple)])


def test_a_field_that_is_not_there_is_refused(kubectl, namespace):
    wrong = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "x"}, "date": {}}
    with pytest.raises(AssertionError, match="date"):
        check(kubectl, namespace, [wrong])
