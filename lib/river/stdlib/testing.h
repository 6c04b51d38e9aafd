#pragma once
#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "river/eval.h"
#include "river/parser.h"

/// Tables of expressions for the tests of the standard library.
namespace river::stdlib {

struct Case {
  std::string_view in, want;
};

/// The text of an expression's value, or the messages.
inline std::string shown(std::string_view expression) {
  diag::SourceMap sources;
  diag::Diagnostics diagnostics;
  ast::Tree tree;
  const auto& file = sources.add("test.river", std::string(expression));
  const ast::Expr* parsed = parse_expression(file, tree, diagnostics);
  REQUIRE_MESSAGE(diagnostics.empty(), "does not parse: " << expression);
  const Value value = evaluate(*parsed, {}, diagnostics);
  if (diagnostics.empty()) return to_text(value);
  std::string out;
  for (const auto& d : diagnostics.items()) out += d.message;
  return out;
}

inline void check_all(std::initializer_list<Case> cases) {
  for (const auto& c : cases) {
    CAPTURE(c.in);
    CHECK(shown(c.in) == c.want);
  }
}

}  // namespace river::stdlib
