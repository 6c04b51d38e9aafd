#include "logql/grammar.h"
#include "logql/words.h"

namespace logql {
namespace {

std::optional<MatchOp> match_op(const Token& token) {
  if (token.kind != Token::Kind::symbol) return std::nullopt;
  if (token.text == "=") return MatchOp::equal;
  if (token.text == "!=") return MatchOp::not_equal;
  if (token.text == "=~") return MatchOp::regex;
  if (token.text == "!~") return MatchOp::not_regex;
  return std::nullopt;
}

}  // namespace

/// log_query = selector { stage }
/// In a range aggregation the range stands in any place after the selector:
/// log_range = log_query | "(" log_range ")" { stage | range }
LogQuery Grammar::log_query(Range* range) {
  const Level level(*this);
  LogQuery query;
  const uint32_t start = begin();
  if (range != nullptr && accept("(")) {
    query = log_query(range);
    expect(")", "after the log query");
  } else {
    query.selector = selector();
  }
  log_parts(query, range);
  query.span = since(start);
  return query;
}

void Grammar::log_parts(LogQuery& query, Range* range) {
  while (!failed()) {
    if (at("[")) {
      range_part(range);
    } else if (at_stage()) {
      stages(query);
    } else {
      return;
    }
  }
}

/// range = "[" duration "]" [ "offset" [ "-" ] duration ]
void Grammar::range_part(Range* range) {
  if (range == nullptr || range->duration) {
    return fail(now().span,
                range == nullptr
                    ? "a range is allowed only inside a range aggregation such as rate(...)"
                    : "a second range; the query has one already");
  }
  take();
  range->duration = duration("between the brackets");
  if (at(":")) return fail(now().span, "LogQL has no subqueries");
  expect("]", "after the range");
  if (at("@")) return fail(now().span, "LogQL has no @; it knows offset only");
  if (!accept_keyword("offset")) return;
  const uint32_t start = begin();
  const bool negative = accept("-");
  Text offset = duration("after offset");
  if (negative) {
    offset.value.insert(0, 1, '-');
    for (Variable& variable : offset.variables) ++variable.in_value;
  }
  offset.span.begin = start;
  range->offset = std::move(offset);
}

Text Grammar::duration(std::string_view where) {
  Text result;
  if (!at_word()) {
    fail_at_now(fmt::format("a duration {}", where));
    return result;
  }
  result = take_text();
  if (result.variables.empty() && quantity(result.value) != Quantity::duration) {
    fail(result.span, fmt::format("{} is not a duration; write 30s, 5m or 1h30m", result.value));
  }
  return result;
}

/// selector = variable | "{" [ item { "," item } ] "}"; item = matcher | variable { variable }
/// A comma beside a variable may be left out: the variable's value can bring one.
Selector Grammar::selector() {
  Selector result;
  const uint32_t start = begin();
  if (at_variables()) {
    result.bare = true;
    result.variables = take_variables();
    result.span = since(start);
    return result;
  }
  if (!expect("{", "to begin a stream selector")) return result;
  bool after_variable = false;
  while (!failed() && !at("}")) {
    const bool is_variable = at_variables() && !match_op(after());
    if (is_variable) {
      for (Variable& variable : take_variables()) {
        result.variables.push_back(std::move(variable));
      }
    } else {
      result.matchers.push_back(matcher());
    }
    after_variable = is_variable;
    if (at("}")) break;
    const Span comma = now().span;
    if (accept(",")) {
      if (at("}")) fail(comma, "no matcher follows this comma");
    } else if (!after_variable && !at_variables()) {
      fail_at_now(", or } after a matcher");
    }
  }
  expect("}", "after the matchers");
  result.span = since(start);
  return result;
}

/// matcher = label ( "=" | "!=" | "=~" | "!~" ) ( string | variable )
Matcher Grammar::matcher() {
  Matcher result;
  const uint32_t start = begin();
  result.name = label("the name of a label");
  const auto op = match_op(now());
  if (!op) {
    if (at("==")) {
      fail(now().span, "a matcher compares by =, not by ==");
    } else {
      fail_at_now("=, !=, =~ or !~ after the label");
    }
    return result;
  }
  take();
  result.op = *op;
  result.value = matcher_value();
  result.span = since(start);
  return result;
}

Text Grammar::matcher_value() {
  if (now().kind == Token::Kind::string) return take_text();
  if (at_word()) {
    Text result = take_text();
    if (!result.variables.empty()) return result;
    fail(result.span, fmt::format("the value must be in quotes: \"{}\"", result.value));
    return result;
  }
  fail_at_now("a string to compare the label with");
  return {};
}

Selector Grammar::whole_selector() {
  Selector result = selector();
  if (now().kind != Token::Kind::end) fail_at_now("the end after the selector");
  return result;
}

}  // namespace logql
