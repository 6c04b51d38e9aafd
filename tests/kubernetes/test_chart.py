"""What Helm makes of the chart with the values that people have."""
import subprocess

import pytest
import yaml
from charts import CHART, EXAMPLES, Refused, container, environment, pod, render, update

pytestmark = pytest.mark.helm


def test_manifests_are_what_the_chart_renders():
    done = subprocess.run([CHART.parent / "update", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}run charts/update"


def test_rendering_twice_gives_the_same(tmp_path):
    values = (EXAMPLES / "helm-values.yaml").read_text()
    assert render(tmp_path, values) == render(tmp_path, values)


def test_helm_finds_nothing_to_object_to():
    subprocess.run([update.helm(), "lint", "--strict", CHART], check=True, capture_output=True)


def test_the_default_is_an_agent_on_every_node_that_may_read_logs_and_nothing_else(tmp_path):
    objects = render(tmp_path)
    assert container(objects)["securityContext"] == {
        "allowPrivilegeEscalation": False, "capabilities": {"add": ["DAC_READ_SEARCH"], "drop": ["ALL"]},
        "readOnlyRootFilesystem": True, "runAsUser": 0, "runAsGroup": 0,
        "seccompProfile": {"type": "RuntimeDefault"}}
    mounts = {one["mountPath"]: one for one in container(objects)["volumeMounts"]}
    volumes = {one["name"]: one for one in pod(objects)["volumes"]}
    assert mounts["/var/log"]["readOnly"] and mounts["/etc/tributary"]["readOnly"]
    assert volumes["storage"]["hostPath"] == {"path": "/var/lib/tributary", "type": "DirectoryOrCreate"}
    assert pod(objects)["tolerations"] == [{"operator": "Exists"}]
    assert container(objects)["readinessProbe"]["httpGet"]["path"] == "/-/ready"
    assert "livenessProbe" not in container(objects)
    for name in ("HOSTNAME", "K8S_NODE_NAME", "NODE_NAME"):
        assert environment(objects)[name]["valueFrom"]["fieldRef"]["fieldPath"] == "spec.nodeName"


def test_what_is_mounted_is_there(tmp_path):
    every = "tributary: {mounts: {dockercontainers: true, journal: true, extra: [{name: a, mountPath: /a}]}}\n" \
            "controller: {volumes: {extra: [{name: a, emptyDir: {}}]}}\nconfigReloader: {enabled: true}\n"
    objects = render(tmp_path, every)
    volumes = {one["name"] for one in pod(objects)["volumes"]}
    mounts = [one for each in pod(objects)["containers"] for one in each["volumeMounts"]]
    assert {one["name"] for one in mounts} == volumes
    assert len({one["mountPath"] for one in container(objects)["volumeMounts"]}) == \
        len(container(objects)["volumeMounts"])


def test_values_of_the_chart_of_alloy_are_taken(tmp_path):
    objects = render(tmp_path, (EXAMPLES / "helm-values.yaml").read_text())
    assert "otelcol.receiver.otlp" in objects["ConfigMap"]["data"]["config.river"]
    assert pod(objects)["tolerations"] == [{"effect": "NoSchedule", "operator": "Exists"}]
    assert {port["port"] for port in objects["Service"]["spec"]["ports"]} == {12345, 4317, 4318}


def test_the_older_name_counts_and_the_newer_wins(tmp_path):
    objects = render(tmp_path, "agent: {listenPort: 80, extraArgs: [--a]}\nalloy: {listenPort: 81}\n")
    assert container(objects)["ports"][0]["containerPort"] == 81
    assert "--a" in container(objects)["args"]


def test_content_goes_through_tpl(tmp_path):
    objects = render(tmp_path, "tributary: {configMap: {content: '// {{ .Release.Name }}'}}")
    assert objects["ConfigMap"]["data"]["config.river"] == "// release"


def test_a_variable_of_extra_env_is_there_once(tmp_path):
    objects = render(tmp_path, "alloy: {extraEnv: [{name: LOKI_URL, value: http://x}, {name: HOSTNAME, value: h}]}")
    names = [one["name"] for one in container(objects)["env"]]
    assert len(names) == len(set(names))
    assert environment(objects)["LOKI_URL"]["value"] == "http://x"


def test_a_config_map_of_ones_own_has_the_key_of_alloy(tmp_path):
    objects = render(tmp_path, "alloy: {configMap: {create: false, name: mine}}")
    assert "ConfigMap" not in objects
    assert container(objects)["args"][1] == "/etc/tributary/config.alloy"


def test_another_config_replaces_the_pods_unless_a_reloader_does_it(tmp_path):
    def checksum(text):
        objects = render(tmp_path, text)
        return objects["DaemonSet"]["spec"]["template"]["metadata"]["annotations"].get("checksum/config")
    one = checksum("tributary: {configMap: {content: '// one'}}")
    assert one and one != checksum("tributary: {configMap: {content: '// two'}}")
    assert checksum("configReloader: {enabled: true}") is None


@pytest.mark.parametrize("mount", ["/data", "/data/positions"])
def test_a_volume_of_ones_own_takes_the_place_of_the_node_s_folder(tmp_path, mount):
    objects = render(tmp_path, f"alloy: {{storagePath: /data/positions, mounts: {{extra: [{{name: d, mountPath: "
                               f"{mount}}}]}}}}\ncontroller: {{volumes: {{extra: [{{name: d, emptyDir: {{}}}}]}}}}")
    assert "storage" not in {one["name"] for one in pod(objects)["volumes"]}


def test_without_the_node_s_folders_there_are_no_privileges(tmp_path):
    objects = render(tmp_path, (EXAMPLES / "gateway-values.yaml").read_text())
    context = container(objects, "Deployment")["securityContext"]
    assert context["runAsNonRoot"] and context["capabilities"] == {"drop": ["ALL"]}
    assert pod(objects, "Deployment")["securityContext"] == {"fsGroup": 65532}
    assert "tolerations" not in pod(objects, "Deployment")
    assert "ClusterRole" not in objects and "PodDisruptionBudget" in objects
    assert "hostPath" not in yaml.safe_dump(objects["Deployment"])


def test_roles_in_namespaces_take_the_place_of_the_cluster_s(tmp_path):
    objects = render(tmp_path, "rbac: {namespaces: [a, b]}")
    assert "ClusterRole" not in objects
    assert objects["Role"]["rules"] == yaml.safe_load((CHART / "files" / "pod-logs.rules.yaml").read_text())
    assert objects["RoleBinding"]["subjects"][0]["namespace"] == "observability"
    nodes = "rbac: {namespaces: [a], clusterRules: [{apiGroups: [''], resources: [nodes], verbs: [list]}]}"
    assert render(tmp_path, nodes)["ClusterRole"]["rules"][0]["resources"] == ["nodes"]


@pytest.mark.parametrize("values, words", [
    ("alloy: {uiPathPrefix: /agent}", "uiPathPrefix"),
    ("controller: {type: cronjob}", "daemonset"),
    ("tributary: {storage: {type: tape}}", "storage"),
])
def test_what_cannot_be_had_is_refused_by_name(tmp_path, values, words):
    with pytest.raises(Refused, match=words):
        render(tmp_path, values)


@pytest.mark.parametrize("values", [
    "controller: {type: statefulset, volumeClaimTemplates: [{metadata: {name: d}}], "
    "enableStatefulSetAutoDeletePVC: true}",
    "controller: {type: deployment, updateStrategy: {type: Recreate}, autoscaling: {horizontal: {enabled: true}}}",
    "ingress: {enabled: true, hosts: [a.example]}\nnetworkPolicy: {enabled: true}\nserviceMonitor: {enabled: true}",
    "extraObjects: [{apiVersion: v1, kind: Secret, metadata: {name: '{{ .Release.Name }}-x'}}]",
    "crds: {create: false}\nalloy: {clustering: {enabled: true}, enableReporting: false}\nunknown: 1",
], ids=["statefulset", "deployment", "network", "extra", "unknown"])
def test_other_values_render(tmp_path, values):
    assert render(tmp_path, values)
