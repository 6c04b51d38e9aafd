"""The API of the cluster that KUBECONFIG names, as far as tests need it, and what can break it."""
import base64
import json
import os
import pathlib
import ssl
import subprocess
import tempfile
import urllib.error
import urllib.request

import yaml

KIND_PATHS = {
    "Pod": "/api/v1/namespaces/{ns}/pods",
    "Service": "/api/v1/namespaces/{ns}/services",
    "ServiceAccount": "/api/v1/namespaces/{ns}/serviceaccounts",
    "ConfigMap": "/api/v1/namespaces/{ns}/configmaps",
    "Secret": "/api/v1/namespaces/{ns}/secrets",
    "Event": "/api/v1/namespaces/{ns}/events",
    "EndpointSlice": "/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices",
    "Ingress": "/apis/networking.k8s.io/v1/namespaces/{ns}/ingresses",
    "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings",
    "Namespace": "/api/v1/namespaces",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "CustomResourceDefinition": "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
}


class Refused(Exception):
    """The API answered with an error."""

    def __init__(self, status, text):
        super().__init__(f"HTTP {status}: {text}")
        self.status = status


class Cluster:
    def __init__(self, kubeconfig):
        self.kubeconfig = pathlib.Path(kubeconfig)
        config = yaml.safe_load(self.kubeconfig.read_text())
        named = {kind: {entry["name"]: entry[kind] for entry in config[kind + "s"]}
                 for kind in ("context", "cluster", "user")}
        context = named["context"][config["current-context"]]
        cluster, user = named["cluster"][context["cluster"]], named["user"][context["user"]]
        self.server = cluster["server"].rstrip("/")
        self.authority = self._file(cluster, "certificate-authority")
        self.tls = ssl.create_default_context(cafile=self.authority)
        if cluster.get("insecure-skip-tls-verify"):
            self.tls.check_hostname = False
            self.tls.verify_mode = ssl.CERT_NONE
        certificate = self._file(user, "client-certificate")
        if certificate:
            self.tls.load_cert_chain(certificate, self._file(user, "client-key"))
        self.token = user.get("token") or (
            self._path(user["tokenFile"]).read_text().strip() if "tokenFile" in user else None)

    def _path(self, name):
        return self.kubeconfig.parent / name

    def _file(self, entry, name):
        if name + "-data" not in entry:
            return str(self._path(entry[name])) if name in entry else None
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(base64.b64decode(entry[name + "-data"]))
        return file.name

    def call(self, method, path, body=None, kind="application/json", token=None):
        """The answer as an object; Refused when it is an error."""
        headers = {"Content-Type": kind, "Accept": "application/json"}
        if token or self.token:
            headers["Authorization"] = f"Bearer {token or self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.server + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.tls) as answer:
                text = answer.read().decode()
                return json.loads(text) if text.startswith("{") else text
        except urllib.error.HTTPError as error:
            raise Refused(error.code, error.read().decode()) from error

    def create(self, manifest, namespace=None):
        path = KIND_PATHS[manifest["kind"]].format(ns=namespace)
        group = path.split("/")[2:4] if path.startswith("/apis") else path.split("/")[2:3]
        return self.call("POST", path, {"apiVersion": "/".join(group), **manifest})

    def delete(self, kind, name, namespace=None):
        """At once, without a grace period."""
        return self.call("DELETE", KIND_PATHS[kind].format(ns=namespace) + "/" + name,
                         {"gracePeriodSeconds": 0, "propagationPolicy": "Background"})

    def patch(self, kind, name, change, namespace=None, part=""):
        return self.call("PATCH", KIND_PATHS[kind].format(ns=namespace) + f"/{name}{part}", change,
                         "application/merge-patch+json")

    def get(self, kind, name, namespace=None):
        return self.call("GET", KIND_PATHS[kind].format(ns=namespace) + "/" + name)

    def service_account_token(self, name, namespace):
        path = KIND_PATHS["ServiceAccount"].format(ns=namespace)
        answer = self.call("POST", f"{path}/{name}/token",
                           {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
                            "spec": {"expirationSeconds": 3600}})
        return answer["status"]["token"]

    def nodes(self):
        return [node["metadata"]["name"] for node in self.call("GET", "/api/v1/nodes")["items"]]


class Driver:
    """What breaks the cluster and reaches its nodes: the program that TRIBUTARY_TEST_CLUSTER names, called as

        PROGRAM stop PART, PROGRAM start PART     PART: apiserver, etcd, kubelet1, containerd1
        PROGRAM exec COMMAND...                   on the first node, where /var/log is the node's

    `start` returns once the part is usable. None of it is needed on clusters where nothing is to be broken."""

    def __init__(self, program):
        self.program = program

    def __call__(self, *arguments):
        return subprocess.run([self.program, *arguments], check=True, capture_output=True, text=True,
                              timeout=120).stdout

    def command(self, *command):
        """What runs the command on the node."""
        return [self.program, "exec", *command]


def driver():
    program = os.environ.get("TRIBUTARY_TEST_CLUSTER")
    return Driver(program) if program else None
