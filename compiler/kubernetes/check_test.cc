#include <doctest/doctest.h>

#include "base/files.h"
#include "compiler/kubernetes/manifests.h"
#include "compiler/kubernetes/testing.h"
#include "components/catalog.h"
#include "tests/support/golden.h"

namespace compiler::kubernetes {

namespace {

emit::CommandResult check_text(const std::string& text, river::config::Catalog catalog) {
  ManifestOptions options;
  options.files = {"-"};
  options.check.catalog = catalog;
  return check_manifests(options, [&] { return text; });
}

/// A DaemonSet whose configuration is one test.asking, and the rules that it is given.
std::string asking_manifests(const std::string& config, const std::string& roles) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: m}\ndata:\n"
         "  config.river: |\n    " +
         config +
         "\n---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: d, namespace: m}\nspec:\n"
         "  template:\n    spec:\n      serviceAccountName: a\n"
         "      tolerations: [{operator: Exists}]\n      containers:\n"
         "        - args: [run, /etc/x/config.river, --storage.path=/s]\n"
         "          volumeMounts: [{name: c, mountPath: /etc/x}, {name: s, mountPath: /s}]\n"
         "      volumes: [{name: c, configMap: {name: c}}, {name: s, hostPath: {path: "
         "/s}}]\n---\n" +
         roles;
}

std::string role(const std::string& scope, const std::string& place, const std::string& verbs) {
  const std::string where = place.empty() ? "" : ", namespace: " + place;
  return "kind: " + scope + "Role\nmetadata: {name: r" + where +
         "}\nrules: [{apiGroups: [\"\"], resources: [pods], verbs: " + verbs +
         "}]\n---\nkind: " + scope + "RoleBinding\nmetadata: {name: r" + where +
         "}\nroleRef: {kind: " + scope +
         "Role, name: r}\nsubjects: [{kind: ServiceAccount, name: a, namespace: m}]\n";
}

}  // namespace

TEST_CASE("golden: kubernetes") {
  golden::run(
      "tests/golden/kubernetes",
      [](const golden::Input& input) {
        ManifestOptions options;
        options.files = {input.path};
        options.check.catalog = components::catalog();
        const auto result = check_manifests(options, {});
        CHECK(result.exit_code == (result.out.empty() ? 0 : 1));
        return result.out;
      },
      ".yaml");
}

TEST_CASE("kubernetes check: rights that a component needs and the roles do not give") {
  const struct {
    std::string config, roles;
    std::string found;  ///< empty: nothing
  } cases[] = {
      {"test.asking \"a\" { }", role("Cluster", "", "[list, watch]"), ""},
      {"test.asking \"a\" { }", role("Cluster", "", "[list]"),
       "DaemonSet d may not watch pods in all namespaces, which test.asking.a needs"},
      {"test.asking \"a\" { }", role("Cluster", "", "[\"*\"]"), ""},
      {"test.asking \"a\" { namespaces = [\"web\"] }", role("", "web", "[list, watch]"), ""},
      {"test.asking \"a\" { own = true }", role("", "m", "[list, watch]"), ""},
      {"test.asking \"a\" { }", role("", "web", "[list, watch]"), "may not list pods in all"},
      {"test.asking \"a\" { namespaces = [\"db\"] }", role("", "web", "[list, watch]"),
       "may not list pods in namespace db"},
      {"test.asking \"a\" { nodes = true }", role("Cluster", "", "[list, watch]"),
       "may not list nodes in all namespaces"},
      {"test.asking \"a\" { }", "kind: Namespace\n", ""},  // Roles are kept elsewhere.
  };
  for (const auto& one : cases) {
    CAPTURE(one.config);
    CAPTURE(one.roles);
    const auto result = check_text(asking_manifests(one.config, one.roles), asking_catalog());
    CHECK(result.exit_code == (one.found.empty() ? 0 : 1));
    CHECK(result.out.find(one.found) != result.out.npos);
    CHECK((result.out.find("F113") == result.out.npos) == one.found.empty());
  }
}

TEST_CASE("kubernetes check: mistakes in a configuration have their place in the YAML") {
  const auto result =
      check_text(asking_manifests("test.asking \"a\" { nods = 1 }", ""), asking_catalog());
  CHECK(result.exit_code == 1);
  CHECK(result.out.find("stdin:6:23: unrecognized attribute \"nods\"") != result.out.npos);
}

TEST_CASE("kubernetes check: files without an agent, and too many manifests") {
  CHECK(check_text("kind: Namespace\n", asking_catalog()).exit_code == 2);
  CHECK(check_text("", asking_catalog()).exit_code == 2);
  std::string many;
  for (int i = 0; i < 2100; ++i) many += "---\nkind: Namespace\n";
  const auto result = check_text(many, asking_catalog());
  CHECK(result.exit_code == 1);
  CHECK(result.out.find("F110") != result.out.npos);
  ManifestOptions missing;
  missing.files = {"/nowhere/manifests.yaml"};
  CHECK(check_manifests(missing, {}).exit_code == 2);
}

TEST_CASE("kubernetes check: lists are read, and other programs are left alone") {
  const std::string pod =
      "kind: Pod\nmetadata: {name: p}\nspec: {containers: [{args: [run, a.river]}]}\n";
  CHECK(check_text(pod, asking_catalog()).exit_code == 0);
  CHECK(check_text("kind: List\nitems:\n  - " +
                       std::string("kind: Pod\n    metadata: {name: p}\n") +
                       "    spec: {containers: [{args: [run, a.river]}]}\n",
                   asking_catalog())
            .exit_code == 0);
  CHECK(check_text("kind: Pod\nspec: {containers: [{args: [run, server]}]}\n", asking_catalog())
            .exit_code == 2);
}

}  // namespace compiler::kubernetes
