#pragma once
#include <string>

#include "logql/ast.h"
#include "logql/promql.h"

namespace logql {

/// The tree as an S-expression, without places: equal for two texts that mean the same.
///
///     (query (select (= job "kairos")) (line |= "error"))
std::string dump(const Expr& expr);
std::string dump(const Selector& selector);

/// One line per selector and per use of a label.
std::string dump(const promql::Query& query);

}  // namespace logql
