#include "components/discovery/kubernetes/kubernetes.h"

#include <doctest/doctest.h>

#include <optional>

#include "components/shared/kubernetes/testing.h"

namespace components::discovery::kubernetes {
namespace {

using components::kubernetes::testing::FakeApi;
using components::kubernetes::testing::object;
using support::eventually;

std::string pod(const std::string& key, int version, const std::string& more = {}) {
  return object(key, version,
                R"("spec":{"nodeName":"n1","containers":[{"name":"c"}]},)"
                R"("status":{"podIP":"10.0.0.1")" +
                    more + "}");
}

/// The component with what it exports.
class Exporting {
 public:
  explicit Exporting(Arguments arguments) {
    kubernetes_.emplace(Context{.id = "discovery.kubernetes.test",
                                .data_dir = {},
                                .metrics = {registry_, "discovery.kubernetes.test"},
                                .log = base::Logger("test"),
                                .publish = [this](river::Value exports) { take(exports); },
                                .loop = &loop_},
                        arguments);
    REQUIRE(kubernetes_->start());
  }

  /// Values of a label in all targets, once they are these; else "nothing" before the first export.
  bool exports(const std::string& name, const std::string& wanted) {
    return eventually([&] { return now(name) == wanted; });
  }
  std::string now(const std::string& name) {
    base::Lock lock(mutex_);
    if (!exports_) return "nothing";
    std::string out;
    for (const river::Value& target : *exports_->as_object()->front().second.as_array())
      for (const auto& [label, value] : *target.as_object())
        if (label == "__meta_kubernetes_" + name) out += *value.as_string() + " ";
    return out;
  }
  bool has_health(Health::State state, const std::string& part) {
    return eventually([&] {
      const Health health = kubernetes_->health();
      return health.state == state && health.message.find(part) != std::string::npos;
    });
  }

 private:
  void take(river::Value exports) {
    base::Lock lock(mutex_);
    exports_ = std::move(exports);
  }

  base::metrics::Registry registry_;
  io::Loop loop_;
  base::Mutex mutex_;
  std::optional<river::Value> exports_ GUARDED_BY(mutex_);
  std::optional<Kubernetes> kubernetes_;
};

Arguments arguments_of(const FakeApi& api, Role role) {
  Arguments arguments;
  arguments.role = role;
  arguments.client = api.client();
  return arguments;
}

}  // namespace

TEST_CASE("discovery.kubernetes: pods of two namespaces, and what becomes of them") {
  const std::string a = "/api/v1/namespaces/a/pods", b = "/api/v1/namespaces/b/pods";
  FakeApi api;
  api.set_list(a, {pod("a/1", 1)});
  Arguments arguments = arguments_of(api, Role::pod);
  arguments.namespaces.names = {"b", "a", "b"};
  arguments.selectors = {{Role::pod, "app=x", "spec.nodeName=n1"}};
  Exporting running(arguments);
  // Nothing is exported while one of them cannot be listed.
  CHECK(running.has_health(Health::State::unhealthy, "list pods in namespace b: HTTP 404"));
  CHECK(running.now("pod_name") == "nothing");
  api.set_list(b, {});
  CHECK(running.exports("pod_name", "1 "));
  CHECK(running.has_health(Health::State::healthy, ""));
  CHECK(api.count("labelSelector=app%3Dx&fieldSelector=spec.nodeName%3Dn1&limit") >= 2);
  CHECK(api.event(b, "ADDED", pod("b/2", 2)));
  CHECK(running.exports("pod_name", "1 2 "));
  CHECK(api.event(b, "MODIFIED", pod("b/2", 3, R"(,"phase":"Failed")")));
  CHECK(running.exports("pod_phase", " Failed "));
  CHECK(api.event(a, "DELETED", pod("a/1", 4)));
  CHECK(running.exports("pod_name", "2 "));
}

TEST_CASE("discovery.kubernetes: what a target is made of makes it anew") {
  FakeApi api;
  const std::string slices = "/apis/discovery.k8s.io/v1/endpointslices";
  api.set_list(slices, {object("n/s-1", 1,
                               R"("endpoints":[{"addresses":["10.0.0.1"],"nodeName":"n1",)"
                               R"("targetRef":{"kind":"Pod","namespace":"n","name":"p"}}],)"
                               R"("ports":[{"port":80}])",
                               R"("labels":{"kubernetes.io/service-name":"s"})")});
  for (const char* path :
       {"/api/v1/pods", "/api/v1/services", "/api/v1/nodes", "/api/v1/namespaces"})
    api.set_list(path, {});
  Arguments arguments = arguments_of(api, Role::endpointslice);
  arguments.attach_metadata = {true, true};
  Exporting running(arguments);
  CHECK(running.exports("endpointslice_name", "s-1 "));
  CHECK(running.now("pod_name") == "");
  CHECK(api.event("/api/v1/pods", "ADDED", pod("n/p", 2)));
  CHECK(running.exports("pod_name", "p "));
  CHECK(api.event("/api/v1/services", "ADDED", object("n/s", 3)));
  CHECK(running.exports("service_name", "s "));
  CHECK(api.event("/api/v1/nodes", "ADDED", object("n1", 4, "", R"("labels":{"z":"1"})")));
  CHECK(running.exports("node_label_z", "1 "));
  CHECK(api.event("/api/v1/namespaces", "ADDED", object("n", 5, "", R"("labels":{"t":"2"})")));
  CHECK(running.exports("namespace_label_t", "2 "));
  CHECK(api.event("/api/v1/pods", "DELETED", pod("n/p", 6)));
  CHECK(running.exports("pod_name", ""));
  CHECK(running.now("service_name") == "s ");
}

TEST_CASE("discovery.kubernetes: a node without an address keeps the one it had") {
  FakeApi api;
  const auto node = [](int version, const std::string& addresses) {
    return object("n1", version, R"("status":{"addresses":[)" + addresses + "]}");
  };
  api.set_list("/api/v1/nodes", {node(1, R"({"type":"InternalIP","address":"10.0.0.1"})")});
  Exporting running(arguments_of(api, Role::node));
  CHECK(running.exports("node_address_InternalIP", "10.0.0.1 "));
  CHECK(api.event("/api/v1/nodes", "MODIFIED", node(2, "")));
  CHECK(
      api.event("/api/v1/nodes", "ADDED",
                object("n2", 3, R"("status":{"addresses":[{"type":"Hostname","address":"h"}]})")));
  CHECK(running.exports("node_name", "n1 n2 "));
  CHECK(running.now("node_address_InternalIP") == "10.0.0.1 ");
}

TEST_CASE("discovery.kubernetes: outside a cluster it says what is missing") {
  ::unsetenv("KUBERNETES_SERVICE_HOST");
  io::Loop loop;
  base::metrics::Registry registry;
  Kubernetes component(Context{.id = "discovery.kubernetes.test",
                               .data_dir = {},
                               .metrics = {registry, "discovery.kubernetes.test"},
                               .log = base::Logger("test"),
                               .publish = [](const river::Value&) {},
                               .loop = &loop},
                       {});
  const auto started = component.start();
  REQUIRE(!started);
  CHECK(started.error().message.find("not in a cluster: KUBERNETES_SERVICE_HOST") == 0);
}

}  // namespace components::discovery::kubernetes
