#include <re2/re2.h>

#include "compiler/checks/checks.h"

namespace compiler::checks {

namespace ast = river::ast;

namespace {

bool matches(std::string_view label, const std::string& regex) {
  const re2::RE2 whole(regex, re2::RE2::Quiet);
  return whole.ok() && re2::RE2::FullMatch(re2::StringPiece(label.data(), label.size()), whole);
}

}  // namespace

TakenLabels::TakenLabels(const river::config::Program& program) {
  for (const auto& node : program.nodes) add(node->block->body);
}

bool TakenLabels::contains(std::string_view label) const {
  const auto is_matched = [&](const std::string& regex) { return matches(label, regex); };
  return names_.contains(label) || std::any_of(dropped_.begin(), dropped_.end(), is_matched) ||
         !std::all_of(kept_.begin(), kept_.end(), is_matched);
}

void TakenLabels::add_rule(const ast::Statement& rule) {
  std::string action, regex;
  for (const ast::Statement* one : rule.body.statements) {
    if (one->is_block) continue;
    if (one->name == "action") action = text_of(*one->value).value_or("");
    if (one->name == "regex") regex = text_of(*one->value).value_or("");
  }
  if (action == "labeldrop") dropped_.push_back(regex);
  if (action == "labelkeep") kept_.push_back(regex);
}

void TakenLabels::add(const ast::Body& body) {
  constexpr std::string_view kTakes[] = {"stage.label_drop", "stage.structured_metadata",
                                         "stage.pack"};
  for (const ast::Statement* one : body.statements) {
    if (!one->is_block) continue;
    if (one->name == "rule")
      add_rule(*one);
    else if (is_one_of(one->name, kTakes))
      collect_words(one->body, names_);
    else
      add(one->body);
  }
}

}  // namespace compiler::checks
