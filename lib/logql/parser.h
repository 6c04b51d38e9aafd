#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "logql/ast.h"

namespace logql {

/// Why a text is not LogQL, and where.
struct ParseError {
  Span span;
  std::string message;
};

struct Parsed {
  ExprPtr expr;  ///< nullptr when there are errors
  std::vector<ParseError> errors;

  bool ok() const { return expr != nullptr; }
};

/// Reads one query, comments included. Never crashes; nesting deeper than 200 is an error. Where
/// Loki refuses a text for its meaning (a selector that matches everything), that is no error here.
Parsed parse(std::string_view query);

/// Reads a bare `{...}`, as label_values() and the stream field of a variable hold it.
struct ParsedSelector {
  Selector selector;
  std::vector<ParseError> errors;

  bool ok() const { return errors.empty(); }
};
ParsedSelector parse_selector(std::string_view text);

/// The canonical spelling: one space between parts, double quotes unless a backquote saves escapes.
std::string print(const Expr& expr);
std::string print(const Selector& selector);

/// `text` in LogQL's quotes, as a matcher's value.
std::string quote(std::string_view text);

}  // namespace logql
