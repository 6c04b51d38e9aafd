#include "compiler/checks/checks.h"

#include <algorithm>
#include <map>

#include "river/config/steps.h"
#include "river/schema/decode.h"

namespace compiler::checks {

using river::Value;
using river::config::Node;
using river::config::Program;

namespace {

/// A component, the exports of others unknown; what is wrong with it is reported already.
Decoded decode(const Node& node) {
  std::map<std::string_view, Value> unknown;
  for (const Node* other : node.dependencies)
    unknown.emplace(other->id, river::schema::unknown_exports(*other->signature));
  const river::config::ExportsOf exports = [&](std::string_view id) { return &unknown.at(id); };
  Decoded one{&node, node.signature->make_arguments(), {}};
  const river::config::Names names(node, exports);
  const river::Scope scope = [known = names.scope()](std::string_view name) {
    const Value* value = known(name);
    return value != nullptr ? value : river::stdlib::lookup_elsewhere(name);
  };
  river::diag::Diagnostics ignored;
  river::schema::decode_body(node.block->body, node.block->header_span(), node.signature->arguments,
                             one.arguments.get(), scope, ignored);
  one.streams = std::any_cast<components::Streams>(node.signature->streams(one.arguments.get()));
  return one;
}

/// The words of all components but one: those of a pipeline itself are taken step by step.
Words words_beside(const Program& program, const Node& node) {
  Words words;
  for (const auto& other : program.nodes)
    if (other.get() != &node) collect_words(other->block->body, words);
  return words;
}

bool has_block(const Node& node, std::string_view begin) {
  const auto& statements = node.block->body.statements;
  return std::any_of(statements.begin(), statements.end(), [&](const river::ast::Statement* one) {
    return one->is_block && one->name.starts_with(begin);
  });
}

}  // namespace

void check_design(const Program& program, river::diag::Diagnostics& diagnostics) {
  for (const auto& node : program.nodes) {
    // Decoding is what costs: most components have no rules.
    if (node->signature->streams != nullptr && has_block(*node, "rule"))
      check_rules(decode(*node), diagnostics);
    if (has_block(*node, "stage.")) check_stages(*node, words_beside(program, *node), diagnostics);
    check_credentials(node->block->body, diagnostics);
  }
  check_budget(program, diagnostics);
  check_files(program, diagnostics);
  check_unused(program, diagnostics);
}

}  // namespace compiler::checks
