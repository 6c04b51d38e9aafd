#include "compiler/checks/checks.h"

#include <algorithm>

namespace compiler::checks {

using river::config::Node;
using river::config::Program;

namespace {

/// The words that may be labels of what a component gets; nullopt: any may.
std::optional<Words> labels_beside(const Program& program, const Node& node) {
  Words labels;
  for (const auto& other : program.nodes)
    if (other.get() != &node && !collect_labels(other->block->body, labels)) return std::nullopt;
  return labels;
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
    check_rules(node->block->body, taken, diagnostics);
    if (has_block(*node, "stage."))
      check_stages(*node, labels_beside(program, *node), taken, diagnostics);
    check_credentials(node->block->body, diagnostics);
  }
  check_budget(program, diagnostics);
  check_files(program, diagnostics);
  check_pods(program, diagnostics);
  check_unused(program, diagnostics);
}

}  // namespace compiler::checks
