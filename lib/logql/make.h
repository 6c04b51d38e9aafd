#pragma once
#include <memory>
#include <utility>

#include "logql/ast.h"

namespace logql {

template <class T>
ExprPtr make(T what, Span span) {
  return std::make_unique<Expr>(Expr{std::move(what), span});
}

/// Whether the expression is a log query, in parentheses or not: there are no numbers to work with.
bool gives_lines(const Expr& expr);

}  // namespace logql
