#pragma once
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "logql/log_query.h"

/// Expressions: a query for lines, or metrics made of some.
namespace logql {

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct Grouping {
  bool without = false;
  std::vector<Text> labels;
  Span span;
};
/// rate({...} [5m] offset 1h), quantile_over_time(0.9, ... | unwrap x [5m]) by (job)
struct RangeAggregation {
  std::string function;  ///< in small letters; a part of it may be a variable: ${f}_over_time
  std::optional<Text> parameter;
  LogQuery query;
  Text range;                  ///< empty: `query` is a variable alone, whose value brings it
  std::optional<Text> offset;  ///< "-5m" looks ahead
  std::optional<Grouping> grouping;
};
/// sum by (job) (...), topk(5, ...), sort_desc(...)
struct VectorAggregation {
  std::string function;
  std::optional<Text> parameter;
  std::optional<Grouping> grouping;
  ExprPtr operand;
};
struct LabelReplace {
  ExprPtr operand;
  Text destination, replacement, source, regex;
};
struct Binary {
  std::string op;  ///< "+", "and", "unless", ">=", ...
  bool is_bool = false;
  std::optional<Grouping> matching;  ///< on(...), or ignoring(...) as `without`
  enum class Group : uint8_t { none, left, right } group = Group::none;
  std::vector<Text> include;  ///< labels of group_left(...)
  ExprPtr left, right;
};
struct Number {
  Text text;  ///< with its sign: "-1"
};
/// vector(1)
struct VectorLiteral {
  Text number;
};
struct Paren {
  ExprPtr inner;
};
/// variants(rate({...} [1m]), ...) of ({...} [1m])
struct Variants {
  std::vector<ExprPtr> expressions;
  LogQuery query;
  Text range;
};
/// A variable that stands for a whole expression.
struct ExprVariable {
  Variable variable;
};

struct Expr {
  std::variant<LogQuery, RangeAggregation, VectorAggregation, LabelReplace, Binary, Number,
               VectorLiteral, Paren, ExprVariable, Variants>
      what;
  Span span;
};

}  // namespace logql
