#include "components/shared/kubernetes/connection.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "tests/support/folder.h"

namespace components::kubernetes {

TEST_CASE("kubernetes: what a kubeconfig says") {
  const auto found = parse_kubeconfig(R"(
apiVersion: v1
current-context: two
clusters:
- {name: a, cluster: {server: "https://a:1"}}
- name: b
  cluster:
    server: https://b:2
    certificate-authority: ca.crt
    tls-server-name: api
    proxy-url: http://proxy:3
users:
- name: u
  user: {client-certificate-data: Y2VydA==, client-key-data: a2V5, tokenFile: /run/token, token: x}
contexts:
- {name: one, context: {cluster: a, user: u}}
- {name: two, context: {cluster: b, user: u, namespace: mine}}
)",
                                      "/etc/agent");
  REQUIRE(found);
  const HttpClientArguments& http = found->client.http_client;
  CHECK(found->client.api_server.text == "https://b:2");
  CHECK(found->namespace_ == "mine");
  CHECK(http.tls_config.ca_file == "/etc/agent/ca.crt");
  CHECK(http.tls_config.server_name == "api");
  CHECK(http.tls_config.cert_pem == "cert");
  CHECK(http.tls_config.key_pem.reveal() == "key");
  CHECK(http.proxy.proxy_url.text == "http://proxy:3");
  CHECK(http.bearer_token_file == "/run/token");
  CHECK(http.bearer_token.empty());
}

TEST_CASE("kubernetes: a kubeconfig that cannot be used") {
  struct Case {
    const char* yaml;
    std::string error;
  };
  const std::string head =
      "current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\n";
  for (const auto& wrong : std::vector<Case>{
           {"", "there is no cluster \"k\""},
           {"clusters: [{name: k, cluster: {}}]", "the cluster has no server"},
           {"clusters: [{name: k, cluster: {server: http://s}}]", "there is no user \"u\""},
           {"clusters: [{name: k, cluster: {server: http://s}}]\nusers: [{name: u, user: {exec: "
            "{}}}]",
            "the user logs in by \"exec\", which is not supported: give the agent a token, a "
            "certificate or a service account"},
           {"clusters: [{name: k, cluster: {server: http://s, certificate-authority-data: '?'}}]",
            "certificate-authority-data: illegal base64 data at byte 0"},
       }) {
    CAPTURE(wrong.yaml);
    const auto found = parse_kubeconfig(head + wrong.yaml, "/");
    REQUIRE(!found);
    CHECK(found.error().message == wrong.error);
  }
  CHECK(parse_kubeconfig("a: 1", "/").error().message == "there is no current-context");
}

TEST_CASE("kubernetes: the service account of a pod") {
  const support::Folder folder;
  PodEnvironment environment{folder.path(), "fd00::1", "443"};
  auto client = in_cluster(environment);
  REQUIRE(client);
  CHECK(client->api_server.text == "https://[fd00::1]:443");
  CHECK(client->http_client.bearer_token_file == folder.path() / "token");
  CHECK(client->http_client.tls_config.ca_file == folder.path() / "ca.crt");
  CHECK(own_namespace(environment).error().message.find("own_namespace: not in a cluster") == 0);
  REQUIRE(base::write_file_atomic(folder.path() / "namespace", "mine\n"));
  CHECK(*own_namespace(environment) == "mine");
  environment.port.clear();
  CHECK(in_cluster(environment).error().message.find("not in a cluster: ") == 0);
}

TEST_CASE("kubernetes: equal settings are one connection, others are not") {
  ClientArguments client;
  client.api_server.text = "https://k:6443/prefix/";
  client.http_client.bearer_token = base::Secret("a");
  const auto first = connection_of(client);
  REQUIRE(first);
  CHECK(first->server.target == "/prefix");
  CHECK(first->identity == connection_of(client)->identity);
  client.http_client.bearer_token = base::Secret("b");
  CHECK(first->identity != connection_of(client)->identity);
}

TEST_CASE("kubernetes: selectors") {
  for (const char* good : {"", "a=b", "a==b", "a!=b, c", "!a", "a in (x, y),b notin (z)",
                           "a=", "example.org/name in (x)", "a>1"})
    CHECK_MESSAGE(is_label_selector(good), good);
  for (const char* bad : {"=b", "a in x", "a in (x", "a b", "a,", "a=b=c", "!"})
    CHECK_MESSAGE(!is_label_selector(bad), bad);
  for (const char* good : {"", "spec.nodeName=n", "a==b", "a!=b,c=d", "a="})
    CHECK_MESSAGE(is_field_selector(good), good);
  for (const char* bad : {"a", "=b", "!=b", "a=b,", "a in (b)"})
    CHECK_MESSAGE(!is_field_selector(bad), bad);
}

}  // namespace components::kubernetes
