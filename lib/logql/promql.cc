#include "logql/promql.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "logql/lexer.h"
#include "logql/token_reader.h"
#include "logql/words.h"

namespace logql::promql {
namespace {

struct Operator {
  std::string_view text;
  int level;
  bool from_the_right = false;
};
constexpr Operator kOperators[] = {{"or", 1}, {"and", 2}, {"unless", 2}, {"==", 3},
                                   {"!=", 3}, {">", 3},   {">=", 3},     {"<", 3},
                                   {"<=", 3}, {"+", 4},   {"-", 4},      {"*", 5},
                                   {"/", 5},  {"%", 5},   {"atan2", 5},  {"^", 6, true}};
constexpr int kSign = 5;

constexpr std::string_view kAggregations[] = {
    "sum",   "min",      "max",  "avg",     "group",        "stddev", "stdvar",
    "count", "quantile", "topk", "bottomk", "count_values", "limitk", "limit_ratio"};

const Operator* find_operator(const Token& token) {
  if (token.kind != Token::Kind::symbol && token.kind != Token::Kind::word) return nullptr;
  const auto* const found = std::ranges::find_if(
      kOperators, [&](const Operator& op) { return is_keyword(token.text, op.text); });
  return found == std::end(kOperators) ? nullptr : found;
}

MatchOp match_op(std::string_view text) {
  if (text == "!=") return MatchOp::not_equal;
  if (text == "=~") return MatchOp::regex;
  return text == "!~" ? MatchOp::not_regex : MatchOp::equal;
}
bool is_match_op(const Token& token) {
  return token.text == "=" || token.text == "!=" || token.text == "=~" || token.text == "!~";
}

/// PromQL without a tree: each production appends the selectors and labels it meets. The selectors
/// of an operand are those appended while it was read.
class PromqlGrammar : public TokenReader {
 public:
  PromqlGrammar(std::string_view query, Query& out) : TokenReader(query, kPromql), out_(out) {}

  /// query = expression end
  void whole_query() {
    if (now().kind == Token::Kind::end && !failed()) fail(now().span, "the query is empty");
    expression(1);
    if (now().kind != Token::Kind::end) fail_at_now("an operator or the end of the query");
  }

 private:
  void expression(int level);
  void operators(int level, size_t first);
  std::vector<LabelUse> modifiers();
  void signed_operand();
  void operand();
  void suffixes(size_t first);
  void look_back(std::string_view text, size_t first);
  void range();
  std::string signed_duration();
  void call();
  void arguments();
  void aggregation();
  void grouping(std::string_view function, std::vector<LabelUse>& uses);
  void labels(LabelUse::Kind kind, std::vector<LabelUse>& uses);
  void selector();
  void braces(VectorSelector& selector);
  void label_arguments(std::string_view function, const std::vector<Text>& strings, size_t first);
  void keep(std::vector<LabelUse> uses, size_t first);
  bool at_grouping() const { return at_keyword("by") || at_keyword("without"); }

  Query& out_;
  std::vector<Text> strings_;  ///< the string arguments of the call that is being read
};

/// Adds uses of labels; they belong to the selectors from `first` on.
void PromqlGrammar::keep(std::vector<LabelUse> uses, size_t first) {
  for (LabelUse& use : uses) {
    for (size_t i = first; i < out_.selectors.size(); ++i) use.selectors.push_back(i);
    out_.label_uses.push_back(std::move(use));
  }
}

/// expression = signed_operand { operator modifiers signed_operand }, by the levels of the table
void PromqlGrammar::expression(int level) {
  const Level nested(*this);
  const size_t first = out_.selectors.size();
  signed_operand();
  operators(level, first);
}

void PromqlGrammar::operators(int level, size_t first) {
  while (!failed()) {
    const Operator* const op = find_operator(now());
    if (op == nullptr || op->level < level) return;
    count_operator();
    take();
    std::vector<LabelUse> uses = modifiers();
    expression(op->from_the_right ? op->level : op->level + 1);
    keep(std::move(uses), first);
  }
}

/// modifiers = [ "bool" ] [ ( "on" | "ignoring" ) labels ]
///             [ ( "group_left" | "group_right" ) [ labels ] ]
std::vector<LabelUse> PromqlGrammar::modifiers() {
  std::vector<LabelUse> uses;
  accept_keyword("bool");
  if (accept_keyword("on")) {
    labels(LabelUse::Kind::on, uses);
  } else if (accept_keyword("ignoring")) {
    labels(LabelUse::Kind::ignoring, uses);
  }
  if ((accept_keyword("group_left") || accept_keyword("group_right")) && at("(")) {
    labels(LabelUse::Kind::include, uses);
  }
  return uses;
}

/// signed_operand = { "+" | "-" } operand; a sign binds as tightly as `*`
void PromqlGrammar::signed_operand() {
  const bool sign = at("+") || at("-");
  while (at("+") || at("-")) take();
  const size_t first = out_.selectors.size();
  operand();
  suffixes(first);
  if (sign) operators(kSign + 1, first);
}

/// operand = number | string | "(" expression ")" | aggregation | call | selector
void PromqlGrammar::operand() {
  if (accept("(")) {
    expression(1);
    expect(")", "after the expression");
    return;
  }
  if (now().kind == Token::Kind::string) {
    strings_.push_back(take_text());
    return;
  }
  if (at("{")) return selector();
  if (!at_word()) return fail_at_now("a metric, a function or a number");
  const bool number = base::is_digit(now().text[0]) || now().text[0] == '.';
  if (number || ((at_keyword("inf") || at_keyword("nan")) && after().text != "{")) {
    const Text value = take_text();
    const Quantity kind = quantity(value.value);
    if (value.variables.empty() && kind != Quantity::number && kind != Quantity::duration) {
      fail(value.span, fmt::format("{} is not a number", value.value));
    }
    return;
  }
  const Token next = after();
  const bool aggregates =
      std::ranges::any_of(kAggregations, [&](std::string_view name) { return at_keyword(name); });
  const bool grouped = is_keyword(next.text, "by") || is_keyword(next.text, "without");
  if (grouped || (aggregates && next.text == "(")) return aggregation();
  if (next.text == "(") return call();
  selector();
}

/// suffixes = { "[" duration [ ":" [ duration ] ] "]" | "offset" duration | "@" time }
void PromqlGrammar::suffixes(size_t first) {
  while (!failed()) {
    if (at("[")) {
      range();
    } else if (accept_keyword("offset")) {
      const bool ahead = at("-");
      const std::string time = signed_duration();
      if (!ahead) look_back("offset " + time, first);
    } else if (accept("@")) {
      const bool edge = at_keyword("start") || at_keyword("end");
      const std::string time = signed_duration();
      const bool is_now = edge || time.find("__to") != std::string::npos;
      if (!is_now) look_back("@ " + time, first);
      if (edge && expect("(", "after start or end")) expect(")", "after the parenthesis");
    } else {
      return;
    }
  }
}

void PromqlGrammar::range() {
  take();
  bool empty = true;
  while (!failed() && !at("]")) {
    const bool arithmetic =
        at(":") || at("+") || at("-") || at("*") || at("/") || at("(") || at(")");
    if (!arithmetic && !at_word()) return fail_at_now("a duration between the brackets");
    take();
    empty = false;
  }
  if (empty) return fail_at_now("a duration between the brackets");
  expect("]", "after the range");
}

/// signed_duration = { "+" | "-" } word; gives the word
std::string PromqlGrammar::signed_duration() {
  while (at("-") || at("+")) take();
  if (!at_word()) {
    fail_at_now("a duration or a time");
    return {};
  }
  return std::string(take().text);
}

/// Of the selectors from `first` on.
void PromqlGrammar::look_back(std::string_view text, size_t first) {
  for (size_t i = first; i < out_.selectors.size(); ++i)
    if (out_.selectors[i].looks_back.empty()) out_.selectors[i].looks_back = text;
}

/// call = name "(" [ expression { "," expression } ] ")"
void PromqlGrammar::call() {
  const std::string name = in_small_letters(take().text);
  const size_t first = out_.selectors.size();
  std::vector<Text> outer = std::exchange(strings_, {});
  arguments();
  label_arguments(name, strings_, first);
  strings_ = std::move(outer);
}

void PromqlGrammar::arguments() {
  if (!expect("(", "after the function")) return;
  if (accept(")")) return;
  do {
    expression(1);
  } while (accept(","));
  expect(")", "after the arguments");
}

/// The strings of label_replace(v, dst, replacement, src, regex), label_join(v, dst, separator,
/// src...), sort_by_label(v, label...) and count_values(label, v) that are names of labels.
void PromqlGrammar::label_arguments(std::string_view function, const std::vector<Text>& strings,
                                    size_t first) {
  std::vector<LabelUse> uses;
  for (size_t i = 0; i < strings.size(); ++i) {
    const bool named = (function == "label_replace" && (i == 0 || i == 2)) ||
                       (function == "label_join" && i != 1) ||
                       function.starts_with("sort_by_label") || function == "count_values";
    if (named) uses.push_back({LabelUse::Kind::function_argument, strings[i], {}});
  }
  keep(std::move(uses), first);
}

/// aggregation = name [ grouping ] arguments [ grouping ]
void PromqlGrammar::aggregation() {
  const std::string name = in_small_letters(take().text);
  const size_t first = out_.selectors.size();
  std::vector<Text> outer = std::exchange(strings_, {});
  std::vector<LabelUse> uses;
  if (at_grouping()) grouping(name, uses);
  arguments();
  if (at_grouping()) grouping(name, uses);
  keep(std::move(uses), first);
  label_arguments(name, strings_, first);
  strings_ = std::move(outer);
}

void PromqlGrammar::grouping(std::string_view function, std::vector<LabelUse>& uses) {
  constexpr std::string_view kChoosing[] = {"topk", "bottomk", "limitk", "limit_ratio"};
  const bool chooses = std::ranges::find(kChoosing, function) != std::end(kChoosing);
  const bool by = at_keyword("by");
  take();
  labels(!by       ? LabelUse::Kind::without
         : chooses ? LabelUse::Kind::chosen_by
                   : LabelUse::Kind::by,
         uses);
}

/// labels = "(" [ label { "," label } [ "," ] ] ")"; label = name | string
void PromqlGrammar::labels(LabelUse::Kind kind, std::vector<LabelUse>& uses) {
  if (!expect("(", "before the labels")) return;
  while (!failed() && !at(")")) {
    if (!at_word() && now().kind != Token::Kind::string) return fail_at_now("the name of a label");
    uses.push_back({kind, take_text(), {}});
    if (!at(")")) expect(",", "between the labels");
  }
  expect(")", "after the labels");
}

/// selector = name [ braces ] | braces
void PromqlGrammar::selector() {
  VectorSelector result;
  const uint32_t start = begin();
  if (at_word()) result.name = take_text();
  if (at("{")) braces(result);
  result.span = since(start);
  out_.selectors.push_back(std::move(result));
}

/// braces = "{" [ item { "," item } [ "," ] ] "}"; item = label op string | string | variable
void PromqlGrammar::braces(VectorSelector& selector) {
  take();
  while (!failed() && !at("}")) {
    const uint32_t start = begin();
    const bool string = now().kind == Token::Kind::string;
    if (!string && !at_word()) return fail_at_now("the name of a label");
    const bool variable = at_variables();
    Text name = take_text();
    if (is_match_op(now())) {
      Matcher matcher{std::move(name), match_op(take().text), {}, {}};
      if (now().kind != Token::Kind::string && !at_variables()) {
        return fail_at_now("a string to compare the label with");
      }
      matcher.value = take_text();
      matcher.span = since(start);
      selector.matchers.push_back(std::move(matcher));
    } else if (string && selector.name.value.empty()) {
      selector.name = std::move(name);
    } else if (!variable) {
      return fail_at_now("=, !=, =~ or !~ after the label");
    } else {
      for (Variable& one : name.variables) selector.variables.push_back(std::move(one));
    }
    if (!at("}") && !variable && !at_variables()) expect(",", "between the matchers");
    if (variable) accept(",");
  }
  expect("}", "after the matchers");
}

}  // namespace

Query parse(std::string_view query) {
  Query result;
  PromqlGrammar grammar(query, result);
  grammar.whole_query();
  if (!grammar.failed()) return result;
  return Query{{}, {}, {*grammar.error()}};
}

}  // namespace logql::promql
