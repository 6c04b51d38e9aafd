#pragma once
#include <string_view>
#include <vector>

#include "logql/ast.h"
#include "logql/parser.h"

/// PromQL as far as the names of series and labels go. Recording rules turn labels of logs into
/// labels of metrics; who reads those metrics is found here.
namespace logql::promql {

/// metric{a="b"} with any range and offset; `name` is empty when only matchers are given, a matcher
/// of __name__ among them. {"my.metric", a="b"} has the name in the braces.
struct VectorSelector {
  Text name;
  std::vector<Matcher> matchers;
  Span span;
  std::vector<Variable> variables;  ///< those that stand for whole matchers
  /// "offset 1w", "@ 1609746000": what makes it read another time than that of the query; empty:
  /// nothing does, or only `@ end()` and what looks ahead.
  std::string looks_back;
};

/// A place that names a label: by, without, on, ignoring, group_left, label_replace, label_join.
/// `chosen_by`: by of topk and the like, which choose among the series of a group and keep their
/// labels.
struct LabelUse {
  enum class Kind : uint8_t { by, without, on, ignoring, include, function_argument, chosen_by };
  Kind kind = Kind::by;
  Text label;
  std::vector<size_t> selectors;  ///< indices of the selectors that are in the operand(s)
};

struct Query {
  std::vector<VectorSelector> selectors;
  std::vector<LabelUse> label_uses;
  std::vector<ParseError> errors;  ///< not empty: nothing else may be relied on
};

/// Reads one query; bounds as logql::parse. Any name before a parenthesis passes for a function.
Query parse(std::string_view query);

}  // namespace logql::promql
