#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "logql/grammar.h"
#include "logql/lexer.h"
#include "logql/words.h"
#include "river/diag/diagnostics.h"

namespace logql {

bool Grammar::starts_function() const {
  if (!at_word()) return false;
  const Token next = after();
  return next.text == "(" || is_keyword(next.text, "by") || is_keyword(next.text, "without");
}

/// function = range_aggregation | vector_aggregation | vector | label_replace | variants
ExprPtr Grammar::function() {
  const std::string name = in_small_letters(now().text);
  switch (find_function(name).kind) {
    case Function::Kind::range_aggregation:
      return range_aggregation(name);
    case Function::Kind::vector_aggregation:
      return vector_aggregation(name);
    case Function::Kind::unknown:
      break;
  }
  if (name == "vector") return vector_literal();
  if (name == "label_replace") return label_replace();
  if (name == "variants") return variants();
  if (!find_variables(name, 0).empty()) return variable_function(std::string(now().text));
  fail(now().span, unknown_function(name));
  return make(Number{}, now().span);
}

/// A number before the operand: [ number "," ]
std::optional<Text> Grammar::parameter() {
  const bool sign = at("-") || at("+");
  if (!sign && !(at_word() && after().text == ",")) return std::nullopt;
  ExprPtr parsed = number();
  if (failed() || !expect(",", "after the number")) return std::nullopt;
  return std::move(std::get<Number>(parsed->what).text);
}

/// log_range, as the operand of `function`
LogQuery Grammar::ranged_query(Range& range, std::string_view function) {
  LogQuery query = log_query(&range);
  // A variable alone can bring its range along.
  const bool whole = query.selector.bare && query.stages.empty() && !range.duration;
  if (!range.duration && !whole && !failed()) {
    fail(query.span, fmt::format("{} needs a range after the log query, such as [5m]", function));
  }
  return query;
}

/// range_aggregation = name "(" [ number "," ] log_range ")" [ grouping ]
ExprPtr Grammar::range_aggregation(std::string name) {
  const uint32_t start = begin();
  const Token function = take();
  RangeAggregation result;
  if (at_keyword("by") || at_keyword("without")) {
    fail(now().span, fmt::format("{} of {} belongs after its parentheses", describe(now()), name));
  }
  expect("(", "after the function");
  result.parameter = parameter();
  const bool takes_number = find_function(name).takes_number;
  if (!failed() && result.parameter.has_value() != takes_number &&
      find_function(name).kind != Function::Kind::unknown) {
    fail(function.span, fmt::format("{} takes {} before the log query", name,
                                    takes_number ? "a number" : "no number"));
  }
  Range range;
  result.query = ranged_query(range, name);
  if (range.duration) result.range = std::move(*range.duration);
  result.offset = std::move(range.offset);
  expect(")", "after the log query and its range");
  result.grouping = grouping();
  result.function = std::move(name);
  return make(std::move(result), since(start));
}

/// vector_aggregation = name [ grouping ] "(" [ number "," ] expression ")" [ grouping ]
ExprPtr Grammar::vector_aggregation(std::string name) {
  const uint32_t start = begin();
  const Token function = take();
  VectorAggregation result;
  result.grouping = grouping();
  expect("(", "after the function");
  result.parameter = parameter();
  const Function known = find_function(name);
  if (!failed() && known.kind != Function::Kind::unknown &&
      result.parameter.has_value() != known.takes_number) {
    fail(function.span, fmt::format("{} takes {} before its operand", name,
                                    known.takes_number ? "a number" : "no number"));
  }
  result.operand = numbers(name);
  expect(")", "after the operand");
  const Span second = now().span;
  if (auto behind = grouping()) {
    if (result.grouping) fail(second, "a second grouping; there is one before the parentheses");
    result.grouping = std::move(behind);
  }
  result.function = std::move(name);
  return make(std::move(result), since(start));
}

/// A function whose name holds a variable is what its operand makes of it.
ExprPtr Grammar::variable_function(std::string name) {
  Grammar ahead(*this);
  ahead.take();
  ahead.grouping();
  ahead.accept("(");
  ahead.parameter();
  const bool ranged =
      ahead.at("{") || (ahead.at_variables() && !ahead.starts_function() &&
                        (ahead.variable_starts_log_query() || ahead.after().text == "["));
  return ranged ? range_aggregation(std::move(name)) : vector_aggregation(std::move(name));
}

/// An expression that must not be a log query.
ExprPtr Grammar::numbers(std::string_view around) {
  ExprPtr result = expression();
  if (!failed() && gives_lines(*result)) {
    fail(result->span,
         fmt::format("{} needs numbers, not lines: put rate(... [5m]) around the log query",
                     around));
  }
  return result;
}

/// grouping = ( "by" | "without" ) "(" [ label { "," label } ] ")"
std::optional<Grouping> Grammar::grouping() {
  const bool without = at_keyword("without");
  if (!without && !at_keyword("by")) return std::nullopt;
  const uint32_t start = begin();
  take();
  Grouping result{without, label_list(), {}};
  result.span = since(start);
  return result;
}

/// vector = "vector" "(" number ")"
ExprPtr Grammar::vector_literal() {
  const uint32_t start = begin();
  take();
  expect("(", "after vector");
  ExprPtr inner = number();
  expect(")", "after the number");
  VectorLiteral result{std::move(std::get<Number>(inner->what).text)};
  return make(std::move(result), since(start));
}

/// label_replace = "label_replace" "(" expression "," string "," string "," string "," string ")"
ExprPtr Grammar::label_replace() {
  const uint32_t start = begin();
  take();
  LabelReplace result;
  expect("(", "after label_replace");
  result.operand = numbers("label_replace");
  for (Text* text : {&result.destination, &result.replacement, &result.source, &result.regex}) {
    expect(",", "between the arguments of label_replace");
    *text = string_or_variable("a string for label_replace");
  }
  expect(")", "after the regular expression");
  return make(std::move(result), since(start));
}

/// variants = "variants" "(" expression { "," expression } ")" "of" "(" log_range ")"
ExprPtr Grammar::variants() {
  const uint32_t start = begin();
  take();
  Variants result;
  expect("(", "after variants");
  do {
    result.expressions.push_back(numbers("variants"));
  } while (accept(","));
  expect(")", "after the variants");
  if (!accept_keyword("of")) fail_at_now("of (...) after the variants");
  expect("(", "after of");
  Range range;
  result.query = ranged_query(range, "variants");
  if (range.duration) result.range = std::move(*range.duration);
  if (range.offset) fail(range.offset->span, "variants take no offset");
  expect(")", "after the log query and its range");
  return make(std::move(result), since(start));
}

namespace {

constexpr std::string_view kNames[] = {
    // over a range of lines
    "absent_over_time", "avg_over_time", "bytes_over_time", "bytes_rate", "count_over_time",
    "first_over_time", "last_over_time", "max_over_time", "min_over_time", "quantile_over_time",
    "rate", "rate_counter", "stddev_over_time", "stdvar_over_time", "sum_over_time",
    // over series
    "approx_topk", "avg", "bottomk", "count", "max", "min", "sort", "sort_desc", "stddev", "stdvar",
    "sum", "topk",
    // with a grammar of their own
    "label_replace", "variants", "vector"};
constexpr size_t kRangeAggregations = 15;
constexpr size_t kAggregations = 27;

constexpr std::string_view kWithNumber[] = {"approx_topk", "bottomk", "quantile_over_time", "topk"};
constexpr std::string_view kPromqlOnly[] = {
    "abs",       "changes",   "count_values",      "delta",    "deriv",  "group",
    "increase",  "irate",     "label_join",        "quantile", "absent", "histogram_quantile",
    "clamp_max", "clamp_min", "present_over_time", "time",     "round",  "timestamp",
    "ceil",      "floor"};

}  // namespace

Function find_function(std::string_view name) {
  const auto* const found = std::find(std::begin(kNames), std::end(kNames), name);
  const auto index = static_cast<size_t>(found - std::begin(kNames));
  if (index >= kAggregations) return {};
  const bool number =
      std::find(std::begin(kWithNumber), std::end(kWithNumber), name) != std::end(kWithNumber);
  return {index < kRangeAggregations ? Function::Kind::range_aggregation
                                     : Function::Kind::vector_aggregation,
          number};
}

std::string unknown_function(std::string_view name) {
  if (std::find(std::begin(kPromqlOnly), std::end(kPromqlOnly), name) != std::end(kPromqlOnly)) {
    return fmt::format("{} is a function of PromQL; LogQL has none of this name", name);
  }
  const std::string_view near = river::diag::did_you_mean(name, kNames);
  if (near.empty()) return fmt::format("unknown function {}", name);
  return fmt::format("unknown function {}; did you mean {}?", name, near);
}

}  // namespace logql
