#include "compiler/kubernetes/rbac.h"

#include <doctest/doctest.h>

#include "compiler/kubernetes/testing.h"
#include "components/catalog.h"
#include "tests/support/folder.h"

namespace compiler::kubernetes {

namespace {

using components::kubernetes::Right;
using components::kubernetes::watching;

emit::CommandResult rbac_of(const std::string& text, bool values = false) {
  const support::Folder folder;
  folder.write("config.river", text);
  RbacOptions options;
  options.config = folder.path() / "config.river";
  options.own_namespace = "monitoring";
  options.as_values = values;
  options.check.catalog = asking_catalog();
  return run_rbac(options);
}

std::string dump(const std::vector<Rule>& rules) {
  std::string out;
  for (const Rule& rule : rules) {
    for (const std::string& resource : rule.resources) out += resource + " ";
    for (const std::string& verb : rule.verbs) out += verb + " ";
    out += rule.object + "; ";
  }
  return out;
}

}  // namespace

TEST_CASE("rbac: rights become the least rules") {
  const std::vector<NeededRight> rights = {
      {"a", watching("", "pods")},
      {"b", watching("", "nodes")},
      {"b", Right{"", "pods", {"get"}, {"web"}, false, ""}},
      {"c", watching("", "pods", {"web"})},
      {"c", watching("discovery.k8s.io", "endpointslices", {}, true)},
      {"d", Right{"", "secrets", {"get"}, {"web"}, false, "token"}},
  };
  const Roles roles = roles_of(rights, "monitoring");
  CHECK(dump(roles.cluster) == "nodes pods list watch ; ");
  CHECK(roles.cluster[0].needed_by == std::set<std::string>{"a", "b"});
  REQUIRE(roles.namespaces.size() == 2);
  CHECK(dump(roles.namespaces.at("web")) == "pods get ; secrets get token; ");
  CHECK(dump(roles.namespaces.at("monitoring")) == "endpointslices list watch ; ");
  CHECK(dump(roles.anywhere) == "pods get ; secrets get token; endpointslices list watch ; ");
}

TEST_CASE("rbac: a right to one object is not granted again where all are") {
  const Roles roles = roles_of({{"a", Right{"", "secrets", {"get"}, {}, false, ""}},
                                {"b", Right{"", "secrets", {"get"}, {"web"}, false, "token"}}},
                               "monitoring");
  CHECK(dump(roles.cluster) == "secrets get ; ");
  CHECK(roles.namespaces.empty());
}

TEST_CASE("rbac: objects for kubectl") {
  const auto result = rbac_of("test.asking \"a\" { }\n");
  CHECK(result.exit_code == 0);
  CHECK(result.out == R"(apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: "tributary"
rules:
  # test.asking.a
  - apiGroups: [""]
    resources: ["pods"]
    verbs: ["list", "watch"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: "tributary"
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: "tributary"
subjects:
  - kind: ServiceAccount
    name: "tributary"
    namespace: "monitoring"
)");
}

TEST_CASE("rbac: namespaces have roles of their own") {
  const auto result = rbac_of("test.asking \"a\" { namespaces = [\"web\"]\n own = true }\n");
  CHECK(result.out.find("ClusterRole") == std::string::npos);
  for (const char* place : {"namespace: \"web\"", "namespace: \"monitoring\""})
    CHECK(result.out.find(place) != std::string::npos);
}

TEST_CASE("rbac: values of the chart") {
  CHECK(rbac_of("test.asking \"a\" { }\n", true).out ==
        "rbac:\n  namespaces: []\n  rules:\n    # test.asking.a\n    - apiGroups: [\"\"]\n"
        "      resources: [\"pods\"]\n      verbs: [\"list\", \"watch\"]\n");
  const auto mixed = rbac_of("test.asking \"a\" { namespaces = [\"web\"]\n nodes = true }\n", true);
  CHECK(mixed.out ==
        "rbac:\n  namespaces: [\"web\"]\n  rules:\n    # test.asking.a\n    - apiGroups: [\"\"]\n"
        "      resources: [\"pods\"]\n      verbs: [\"list\", \"watch\"]\n  clusterRules:\n"
        "    # test.asking.a\n    - apiGroups: [\"\"]\n      resources: [\"nodes\"]\n"
        "      verbs: [\"list\", \"watch\"]\n");
  CHECK(rbac_of("", true).out ==
        "serviceAccount:\n  automountServiceAccountToken: false\nrbac:\n  rules: []\n");
}

TEST_CASE("rbac: what only the machine knows counts as not given") {
  const auto result = rbac_of("test.asking \"a\" { namespaces = [sys.env(\"WHERE\")] }\n");
  CHECK(result.exit_code == 0);
  CHECK(result.out.find("kind: ClusterRole\n") != std::string::npos);
}

TEST_CASE("rbac: discovery.kubernetes needs what its role reads") {
  const struct {
    std::string arguments;
    std::string cluster;  ///< rules everywhere
    std::string web;      ///< rules in the namespace web
  } cases[] = {
      {"role = \"pod\"", "pods list watch ; ", ""},
      {"role = \"pod\"\nnamespaces { names = [\"web\"] }", "", "pods list watch ; "},
      {"role = \"pod\"\nnamespaces { names = [\"web\"] }\nattach_metadata {\nnode = true\n"
       "namespace = true\n}",
       "namespaces nodes list watch ; ", "pods list watch ; "},
      {"role = \"node\"", "nodes list watch ; ", ""},
      {"role = \"service\"", "services list watch ; ", ""},
      {"role = \"endpoints\"", "endpoints pods services list watch ; ", ""},
      {"role = \"endpointslice\"", "pods services list watch ; endpointslices list watch ; ", ""},
      {"role = \"ingress\"", "ingresses list watch ; ", ""},
      {"role = \"pod\"\nkubeconfig_file = \"/etc/kubeconfig\"", "", ""},
  };
  for (const auto& one : cases) {
    CAPTURE(one.arguments);
    river::diag::SourceMap sources;
    river::diag::Diagnostics found;
    const auto trees = river::config::load(
        {{"config.river", "discovery.kubernetes \"a\" {\n" + one.arguments + "\n}\n"}}, sources,
        found);
    const river::ast::Tree* views[] = {trees[0].get()};
    const auto program = river::config::resolve(
        views, components::catalog(), river::schema::Stability::generally_available, found);
    river::config::check(program, found);
    REQUIRE_FALSE(found.has_errors());
    const Roles roles = roles_of(rights_of(program), "monitoring");
    CHECK(dump(roles.cluster) == one.cluster);
    CHECK(dump(roles.anywhere) == one.web);
  }
}

TEST_CASE("rbac: a configuration with errors has no roles") {
  const auto result = rbac_of("test.asking \"a\" { nodes = 3 }\n");
  CHECK(result.exit_code == 1);
  CHECK(result.out.find("ClusterRole") == std::string::npos);
  RbacOptions missing;
  missing.config = "/nowhere/config.river";
  CHECK(run_rbac(missing).exit_code == 2);
}

}  // namespace compiler::kubernetes
