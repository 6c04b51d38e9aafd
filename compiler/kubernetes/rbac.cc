#include "compiler/kubernetes/rbac.h"

#include <fmt/ranges.h>

#include "base/files.h"
#include "base/text.h"

namespace compiler::kubernetes {

namespace {

/// A text in YAML: in quotes, which JSON and YAML have in common, for a namespace may be called
/// 123.
std::string in_quotes(std::string_view text) {
  std::string out;
  base::append_json_string(out, text);
  return out;
}

template <class Texts>
std::string list_of(const Texts& texts) {
  std::vector<std::string> items;
  for (const std::string& text : texts) items.push_back(in_quotes(text));
  return fmt::format("[{}]", fmt::join(items, ", "));
}

void append(std::string& out, const std::vector<Rule>& rules, std::string_view indent) {
  for (const Rule& rule : rules) {
    out += fmt::format("{0}# {1}\n{0}- apiGroups: [{2}]\n{0}  resources: {3}\n{0}  verbs: {4}\n",
                       indent, fmt::join(rule.needed_by, ", "), in_quotes(rule.group),
                       list_of(rule.resources), list_of(rule.verbs));
    if (!rule.object.empty())
      out += fmt::format("{}  resourceNames: [{}]\n", indent, in_quotes(rule.object));
  }
}

/// A role and its binding; `scope` is "Cluster" or empty, `place` the namespace of a Role.
void append_role(std::string& out, std::string_view scope, const std::string& place,
                 const std::vector<Rule>& rules, const RbacOptions& options) {
  const std::string name = in_quotes(options.name);
  std::string metadata = fmt::format("metadata:\n  name: {}\n", name);
  if (!place.empty()) metadata += fmt::format("  namespace: {}\n", in_quotes(place));
  if (!out.empty()) out += "---\n";
  out += fmt::format("apiVersion: rbac.authorization.k8s.io/v1\nkind: {}Role\n{}rules:\n", scope,
                     metadata);
  append(out, rules, "  ");
  out += fmt::format(
      "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {0}RoleBinding\n{1}roleRef:\n"
      "  apiGroup: rbac.authorization.k8s.io\n  kind: {0}Role\n  name: {2}\nsubjects:\n"
      "  - kind: ServiceAccount\n    name: {2}\n    namespace: {3}\n",
      scope, metadata, name, in_quotes(options.own_namespace));
}

}  // namespace

std::string as_objects(const Roles& roles, const RbacOptions& options) {
  std::string out;
  if (!roles.cluster.empty()) append_role(out, "Cluster", "", roles.cluster, options);
  for (const auto& [place, rules] : roles.namespaces) append_role(out, "", place, rules, options);
  return out.empty() ? "# This configuration needs nothing of the cluster.\n" : out;
}

std::string as_values(const Roles& roles) {
  if (roles.cluster.empty() && roles.namespaces.empty())
    return "serviceAccount:\n  automountServiceAccountToken: false\nrbac:\n  rules: []\n";
  const bool is_everywhere = roles.namespaces.empty();
  std::vector<std::string> places;
  for (const auto& [place, rules] : roles.namespaces) places.push_back(place);
  std::string out = fmt::format("rbac:\n  namespaces: {}\n  rules:\n", list_of(places));
  append(out, is_everywhere ? roles.cluster : roles.anywhere, "    ");
  if (!is_everywhere && !roles.cluster.empty()) {
    out += "  clusterRules:\n";
    append(out, roles.cluster, "    ");
  }
  return out;
}

emit::CommandResult run_rbac(const RbacOptions& options) {
  emit::Run run;
  auto files = base::read_config(options.config);
  if (!files) {
    run.io_errors.push_back(files.error());
    return finish(run, options.check, false);
  }
  ++run.configs;
  const auto trees = river::config::load(std::move(*files), run.sources, run.diagnostics);
  std::vector<const river::ast::Tree*> views;
  for (const auto& tree : trees) views.push_back(tree.get());
  const auto program = river::config::resolve(views, options.check.catalog, options.check.stability,
                                              run.diagnostics);
  river::config::check(program, run.diagnostics);
  if (run.diagnostics.has_errors()) return finish(run, options.check, false);
  const Roles roles = roles_of(rights_of(program), options.own_namespace);
  return {0, options.as_values ? as_values(roles) : as_objects(roles, options), ""};
}

}  // namespace compiler::kubernetes
