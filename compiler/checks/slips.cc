#include <re2/re2.h>

#include <set>

#include "compiler/checks/checks.h"

/// Texts that other agents read otherwise, and keys of which one is lost.
namespace compiler::checks {

namespace ast = river::ast;
using river::diag::Diagnostics;

namespace {

/// Attributes whose texts have a meaning for ${name} of their own.
constexpr std::string_view kOwnMeaning[] = {"replacement", "replace",    "regex",
                                            "expression",  "template",   "selector",
                                            "statements",  "conditions", "format"};

/// NAME of "${NAME}" or "${NAME:-default}", as -config.expand-env of other agents takes it.
std::string expanded_name(const std::string& text) {
  static const re2::RE2 variable(R"(\$\{([A-Z_][A-Z0-9_]*)(?::[^}]*)?\})");
  std::string name;
  re2::RE2::PartialMatch(text, variable, &name);
  return name;
}

void check_value(const ast::Expr& value, bool has_own_meaning, Diagnostics& diagnostics) {
  const auto text = text_of(value);
  if (const std::string name = text && !has_own_meaning ? expanded_name(*text) : ""; !name.empty())
    diagnostics.warning("C066", value.span, "${{{}}} is not expanded in a text", name)
        .with_help(fmt::format("write sys.env(\"{}\"), joined with + to what is around it", name));
  std::set<std::string_view> keys;
  for (const ast::Field& field : value.fields) {
    if (!keys.insert(field.key).second)
      diagnostics
          .warning("C039", field.key_span, "the key \"{}\" is given twice: the last one counts",
                   field.key)
          .with_help("remove one of them");
    check_value(*field.value, has_own_meaning, diagnostics);
  }
  for (const ast::Expr* inner : {value.left, value.right})
    if (inner != nullptr) check_value(*inner, has_own_meaning, diagnostics);
  for (const ast::Expr* item : value.items) check_value(*item, has_own_meaning, diagnostics);
}

}  // namespace

void check_slips(const ast::Body& body, Diagnostics& diagnostics) {
  for (const ast::Statement* one : body.statements) {
    if (one->is_block)
      check_slips(one->body, diagnostics);
    else
      check_value(*one->value, is_one_of(one->name, kOwnMeaning), diagnostics);
  }
}

}  // namespace compiler::checks
