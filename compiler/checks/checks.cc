#include "compiler/checks/checks.h"

#include <algorithm>

#include "components/shared/streams.h"

namespace compiler::checks {

using river::config::Node;
using river::config::Program;

namespace {

bool takes_part(const Node& from, const Node& node, std::set<const Node*>& seen) {
  if (&from == &node) return true;
  if (!seen.insert(&from).second) return false;
  return std::any_of(from.dependencies.begin(), from.dependencies.end(),
                     [&](const Node* next) { return takes_part(*next, node, seen); });
}

void add_with_providers(const Node& node, std::set<const Node*>& found) {
  if (!found.insert(&node).second) return;
  for (const Node* other : node.dependencies) add_with_providers(*other, found);
}

/// What lines and their labels come from that a component gets, itself left out.
std::set<const Node*> origins_of(const Program& program, const Node& node) {
  std::set<const Node*> found;
  for (const auto& other : program.nodes) {
    std::set<const Node*> seen;
    if (takes_part(*other, node, seen)) add_with_providers(*other, found);
  }
  found.erase(&node);
  return found;
}

/// Labels that a component gives by itself; false: it may give others.
bool collect_own_labels(const Node& node, Words& labels) {
  const auto streams = streams_of(node);
  if (!streams) return false;
  for (const components::SourceStreams& source : streams->sources) {
    if (source.has_job) labels.emplace("job");
    if (!source.path_label.empty()) labels.emplace("filename");
    for (const components::SourceField& field : source.fields) labels.emplace(field.name);
    for (const components::KindLabel& kind : source.kinds) labels.emplace(kind.name);
  }
  return true;
}

/// The words that may be labels of what a component gets; nullopt: any may.
std::optional<Words> labels_beside(const Program& program, const Node& node) {
  Words labels;
  const std::set<const Node*> origins = origins_of(program, node);
  for (const auto& other : program.nodes) {
    if (other.get() == &node) continue;
    const bool all_known =
        collect_labels(other->block->body, labels) && collect_own_labels(*other, labels);
    if (!all_known && origins.contains(other.get())) return std::nullopt;
  }
  return labels;
}

/// What the labels begin with that rules of a component see: those of its sources, where they all
/// make labels of what they receive. Empty: others may be there.
Words prefixes_of(const Program& program, const Node& rules) {
  Words prefixes;
  for (const auto& user : program.nodes) {
    const auto& used = user->dependencies;
    if (std::find(used.begin(), used.end(), &rules) == used.end()) continue;
    if (user->signature->streams == nullptr) return {};
    river::diag::Diagnostics ignored;
    const auto arguments = river::config::decode(
        program, *user, [](std::string_view) { return nullptr; }, ignored);
    if (!arguments) return {};
    const auto streams =
        std::any_cast<components::Streams>(user->signature->streams(arguments.get()));
    if (streams.sources.empty()) return {};
    for (const components::SourceStreams& source : streams.sources) {
      if (source.targets != nullptr || source.field_prefix.empty()) return {};
      prefixes.emplace(source.field_prefix);
    }
  }
  return prefixes;
}

bool has_block(const Node& node, std::string_view begin) {
  const auto& statements = node.block->body.statements;
  return std::any_of(statements.begin(), statements.end(), [&](const river::ast::Statement* one) {
    return one->is_block && one->name.starts_with(begin);
  });
}

}  // namespace

void check_design(const Program& program, river::diag::Diagnostics& diagnostics) {
  const TakenLabels taken(program);
  for (const auto& node : program.nodes) {
    check_rules(node->block->body, prefixes_of(program, *node), taken, diagnostics);
    if (has_block(*node, "stage."))
      check_stages(*node, labels_beside(program, *node), taken, diagnostics);
    check_credentials(node->block->body, diagnostics);
    check_slips(node->block->body, diagnostics);
  }
  check_budget(program, diagnostics);
  check_files(program, diagnostics);
  check_scrapes(program, diagnostics);
  check_pods(program, diagnostics);
  check_unused(program, diagnostics);
}

}  // namespace compiler::checks
