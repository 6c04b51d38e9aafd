#include <algorithm>

#include "compiler/checks/checks.h"
#include "telemetry/text.h"

/// What configurations for pods get wrong.
namespace compiler::checks {

namespace ast = river::ast;
using river::config::Node;
using river::config::Program;
using river::diag::Diagnostics;

namespace {

constexpr std::string_view kUid = "__meta_kubernetes_pod_uid";
constexpr std::string_view kContainerId = "__meta_kubernetes_pod_container_id";
/// Static pods alone have these: the hash names their folder.
constexpr std::string_view kManifest = "__meta_kubernetes_pod_annotation_kubernetes_io_config_";
constexpr std::string_view kFolders[] = {"/var/log/pods/", "/var/log/containers/"};
constexpr std::string_view kNodeName = "spec.nodeName";

/// A relabel rule, as far as it is written in texts.
struct PodRule {
  const ast::Statement* block = nullptr;
  std::vector<std::string> sources;
  std::string target, replacement;

  bool reads(std::string_view name) const {
    return std::find(sources.begin(), sources.end(), name) != sources.end();
  }
};

PodRule pod_rule_of(const ast::Statement& block) {
  PodRule rule;
  rule.block = &block;
  for (const ast::Statement* one : block.body.statements) {
    if (one->is_block) continue;
    if (one->name == "target_label") rule.target = text_of(*one->value).value_or("");
    if (one->name == "replacement") rule.replacement = text_of(*one->value).value_or("");
    if (one->name != "source_labels") continue;
    for (const ast::Expr* item : one->value->items)
      rule.sources.push_back(text_of(*item).value_or(""));
  }
  return rule;
}

bool has_text(const ast::Expr& value, std::string_view part) {
  if (const auto text = text_of(value); text && text->find(part) != std::string::npos) return true;
  for (const ast::Expr* inner : {value.left, value.right})
    if (inner != nullptr && has_text(*inner, part)) return true;
  return std::any_of(value.items.begin(), value.items.end(),
                     [&](const ast::Expr* item) { return has_text(*item, part); }) ||
         std::any_of(value.fields.begin(), value.fields.end(),
                     [&](const ast::Field& field) { return has_text(*field.value, part); });
}

bool has_text(const ast::Body& body, std::string_view part) {
  return std::any_of(
      body.statements.begin(), body.statements.end(), [&](const ast::Statement* one) {
        return one->is_block ? has_text(one->body, part) : has_text(*one->value, part);
      });
}

/// Pods are found for all nodes, though the files of one node are read.
bool finds_all_pods(const Node& node) {
  const auto& fields = node.signature->arguments.fields;
  const bool takes_selectors =
      std::any_of(fields.begin(), fields.end(),
                  [](const river::schema::Field& field) { return field.name == "selectors"; });
  if (!takes_selectors) return false;
  const auto& statements = node.block->body.statements;
  return std::any_of(statements.begin(), statements.end(),
                     [](const ast::Statement* one) {
                       return !one->is_block && one->name == "role" &&
                              text_of(*one->value) == "pod";
                     }) &&
         !has_text(node.block->body, kNodeName);
}

void check_static_pods(const std::vector<PodRule>& rules, Diagnostics& diagnostics) {
  const auto path = std::find_if(rules.begin(), rules.end(), [](const PodRule& rule) {
    return rule.target == "__path__" && rule.reads(kUid) &&
           rule.replacement.find(kFolders[0]) != std::string::npos;
  });
  if (path == rules.end()) return;
  for (const PodRule& rule : rules)
    for (const std::string& source : rule.sources)
      if (source.starts_with(kManifest)) return;
  diagnostics
      .warning("C181", path->block->header_span(),
               "logs of static pods, such as kube-apiserver, are not found: their folder is named "
               "by the hash of the manifest, not by the uid")
      .with_help(fmt::format("add the same rule with {}hash instead of {}", kManifest, kUid));
}

void check_bound(const std::vector<PodRule>& rules, Diagnostics& diagnostics) {
  for (const PodRule& rule : rules) {
    if (rule.target.empty() || telemetry::is_internal_label(rule.target)) continue;
    const bool is_uid = rule.reads(kUid);
    if (!is_uid && !rule.reads(kContainerId)) continue;
    diagnostics
        .warning("C182", rule.block->header_span(),
                 "label \"{}\" has a new value for each {}: the number of streams is unbounded",
                 rule.target, is_uid ? "pod" : "start of a container")
        .with_help("drop the rule: namespace, pod and container already identify the stream");
  }
}

}  // namespace

void check_pods(const Program& program, Diagnostics& diagnostics) {
  bool reads_files = false;
  for (const auto& node : program.nodes) {
    std::vector<PodRule> rules;
    for (const ast::Statement* one : node->block->body.statements)
      if (one->is_block && one->name == "rule") rules.push_back(pod_rule_of(*one));
    check_static_pods(rules, diagnostics);
    check_bound(rules, diagnostics);
    for (const std::string_view folder : kFolders)
      reads_files = reads_files || has_text(node->block->body, folder);
  }
  if (!reads_files) return;
  for (const auto& node : program.nodes)
    if (finds_all_pods(*node))
      diagnostics
          .warning(
              "C180", node->block->header_span(),
              "every agent watches the pods of all nodes but reads only the logs of its own node")
          .with_help(
              "add selectors { role = \"pod\"  field = \"spec.nodeName=\" + "
              "sys.env(\"K8S_NODE_NAME\") }");
}

}  // namespace compiler::checks
