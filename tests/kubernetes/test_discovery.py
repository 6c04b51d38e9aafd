"""discovery.kubernetes against a real API server. Pods are objects that never run: no scheduler takes them."""
import pytest
from programs import wait_for

pytestmark = pytest.mark.cluster


def pod(name, **spec):
    return {"kind": "Pod", "metadata": {"name": name, "labels": {"app": name}},
            "spec": {"schedulerName": "none", "automountServiceAccountToken": False,
                     "containers": [{"name": "main", "image": "x", "ports": [{"name": "http", "containerPort": 80}]}],
                     **spec}}


@pytest.fixture
def make_pod(cluster, namespace):
    def make(name, ip, phase="Running"):
        def created():
            try:
                return cluster.create(pod(name), namespace)
            except Exception as error:  # The default service account comes a moment after the namespace.
                if "serviceaccount" not in str(error):
                    raise
        wait_for("the pod to be taken", created)
        cluster.patch("Pod", name, {"status": {"phase": phase, "podIP": ip, "podIPs": [{"ip": ip}]}}, namespace,
                      "/status")
    return make


def role(namespace, role, more=""):
    return f'role = "{role}"\n  namespaces {{\n    names = ["{namespace}"]\n  }}\n{more}'


def names(targets, label="pod_name"):
    return sorted({target.get(label) for target in targets})


def test_pods_come_change_and_go(cluster, namespace, make_pod, discover):
    make_pod("one", "10.99.0.1")
    found = discover(role(namespace, "pod"))
    found.wait("the first pod", lambda targets: names(targets) == ["one"])
    target = found.targets()[0]
    uid = cluster.get("Pod", "one", namespace)["metadata"]["uid"]
    expected = {"address": "10.99.0.1:80", "namespace": namespace, "pod_ip": "10.99.0.1", "pod_uid": uid,
                "pod_phase": "Running", "pod_label_app": "one", "pod_labelpresent_app": "true",
                "pod_container_name": "main", "pod_container_port_name": "http", "pod_container_init": "false"}
    assert expected.items() <= target.items()
    make_pod("two", "10.99.0.2")
    found.wait("the second pod", lambda targets: names(targets) == ["one", "two"])
    cluster.patch("Pod", "one", {"status": {"phase": "Failed"}}, namespace, "/status")
    found.wait("the phase", lambda targets: names(targets, "pod_phase") == ["Failed", "Running"])
    cluster.delete("Pod", "two", namespace)
    found.wait("the end of a pod", lambda targets: names(targets) == ["one"])
    assert found.agent.metric("prometheus_sd_kubernetes_events_total", event="add") == 2
    assert found.agent.metric("prometheus_sd_kubernetes_events_total", event="delete") == 1


def test_selectors_are_the_servers(cluster, namespace, make_pod, discover):
    make_pod("one", "10.99.0.1")
    make_pod("two", "10.99.0.2")
    found = discover(role(namespace, "pod", 'selectors {\n role = "pod"\n label = "app in (two)"\n'
                                            ' field = "status.phase=Running"\n}'))
    found.wait("the pod", lambda targets: names(targets) == ["two"])
    # An object that does not match any more is gone.
    cluster.patch("Pod", "two", {"metadata": {"labels": {"app": "other"}}}, namespace)
    cluster.patch("Pod", "one", {"metadata": {"labels": {"app": "two"}}}, namespace)
    found.wait("the other pod", lambda targets: names(targets) == ["one"])


def test_endpoints_of_a_service(cluster, namespace, make_pod, discover):
    make_pod("one", "10.99.0.1")
    cluster.create({"kind": "Service", "metadata": {"name": "s", "labels": {"team": "t"}},
                    "spec": {"ports": [{"name": "web", "port": 80}]}}, namespace)
    cluster.create({"kind": "EndpointSlice", "metadata": {"name": "s-1", "labels": {"kubernetes.io/service-name": "s"}},
                    "addressType": "IPv4", "ports": [{"name": "web", "port": 80, "protocol": "TCP"}],
                    "endpoints": [{"addresses": ["10.99.0.1"], "conditions": {"ready": True},
                                   "targetRef": {"kind": "Pod", "name": "one", "namespace": namespace}}]}, namespace)
    found = discover(role(namespace, "endpointslice", "attach_metadata {\n namespace = true\n}"))
    found.wait("the endpoint", lambda targets: names(targets) == ["one"])
    expected = {"endpointslice_name": "s-1", "endpointslice_port_name": "web", "service_name": "s",
                "service_label_team": "t", "pod_ip": "10.99.0.1", "pod_container_name": "main",
                "endpointslice_endpoint_conditions_ready": "true",
                "namespace_label_kubernetes_io_metadata_name": namespace}
    assert expected.items() <= found.targets()[0].items()


def test_nodes_services_and_ingresses(cluster, namespace, discover):
    cluster.create({"kind": "Service", "metadata": {"name": "s"},
                    "spec": {"type": "ExternalName", "externalName": "example.org", "ports": [{"port": 443}]}}, namespace)
    found = discover(role(namespace, "service"))
    found.wait("the service", lambda targets: names(targets, "service_external_name") == ["example.org"])
    found.agent.stop()
    cluster.create({"kind": "Ingress", "metadata": {"name": "i"}, "spec": {
        "tls": [{"hosts": ["*.example.org"]}],
        "rules": [{"host": "a.example.org", "http": {"paths": [{"path": "/x", "pathType": "Prefix", "backend": {
            "service": {"name": "s", "port": {"number": 443}}}}]}}]}}, namespace)
    found = discover(role(namespace, "ingress"))
    found.wait("the ingress", lambda targets: names(targets, "ingress_scheme") == ["https"])
    found.agent.stop()
    nodes = cluster.nodes()
    if nodes:
        found = discover('role = "node"')
        found.wait("the nodes", lambda targets: names(targets, "node_name") == sorted(nodes))


def test_rights_that_come_later(cluster, account, namespace, make_pod, discover):
    make_pod("one", "10.99.0.1")
    client = (f'api_server = "{cluster.server}"\n bearer_token = "{account.token}"\n'
              f' tls_config {{\n ca_file = "{cluster.authority}"\n}}')
    found = discover(role(namespace, "pod"), client)
    wait_for("the lack to show", lambda: "pods is forbidden" in found.agent.get("/-/healthy")[1])
    assert f"list pods in namespace {namespace}: HTTP 403" in found.agent.get("/-/healthy")[1]
    account.allow(["list", "watch"], ["pods"])
    found.wait("the pod", lambda targets: names(targets) == ["one"], 60)
    wait_for("health", lambda: found.agent.get("/-/healthy")[0] == 200)


def test_the_api_server_restarts(cluster, namespace, make_pod, discover, driver):
    make_pod("one", "10.99.0.1")
    make_pod("two", "10.99.0.2")
    found = discover(role(namespace, "pod"))
    found.wait("the pods", lambda targets: names(targets) == ["one", "two"])
    driver("stop", "apiserver")
    try:
        wait_for("the outage to show", lambda: found.agent.get("/-/healthy")[0] == 500)
        found.see()
        assert names(found.targets()) == ["one", "two"], "targets stay"
    finally:
        driver("start", "apiserver")
    cluster.delete("Pod", "two", namespace)
    make_pod("three", "10.99.0.3")
    found.wait("what happened since", lambda targets: names(targets) == ["one", "three"], 90)
    wait_for("health", lambda: found.agent.get("/-/healthy")[0] == 200, 60)
