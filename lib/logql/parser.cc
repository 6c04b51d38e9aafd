#include "logql/parser.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "logql/grammar.h"
#include "logql/lexer.h"
#include "logql/words.h"

namespace logql {

Parsed parse(std::string_view query) {
  Grammar grammar(query);
  Parsed result;
  result.expr = grammar.whole_query();
  if (grammar.failed()) result.errors.push_back(*grammar.error());
  return result;
}

ParsedSelector parse_selector(std::string_view text) {
  Grammar grammar(text);
  ParsedSelector result;
  result.selector = grammar.whole_selector();
  if (grammar.failed()) result.errors.push_back(*grammar.error());
  return result;
}

namespace {

/// Operators that bind tighter have a higher level.
struct Operator {
  std::string_view text;
  int level;
  bool compares = false;
  bool from_the_right = false;
};
constexpr Operator kOperators[] = {
    {"or", 1},      {"and", 2},      {"unless", 2},  {"==", 3, true}, {"!=", 3, true},
    {">", 3, true}, {">=", 3, true}, {"<", 3, true}, {"<=", 3, true}, {"+", 4},
    {"-", 4},       {"*", 5},        {"/", 5},       {"%", 5},        {"^", 6, false, true}};

const Operator* find_operator(const Token& token) {
  if (token.kind != Token::Kind::symbol && token.kind != Token::Kind::word) return nullptr;
  const auto* const found = std::ranges::find_if(
      kOperators, [&](const Operator& op) { return is_keyword(token.text, op.text); });
  return found == std::end(kOperators) ? nullptr : found;
}

}  // namespace

bool gives_lines(const Expr& expr) {
  if (const auto* paren = std::get_if<Paren>(&expr.what)) {
    return paren->inner != nullptr && gives_lines(*paren->inner);
  }
  return std::holds_alternative<LogQuery>(expr.what);
}

ExprPtr Grammar::whole_query() {
  if (now().kind == Token::Kind::end && !failed()) fail(now().span, "the query is empty");
  ExprPtr result = expression();
  if (at("[")) fail(now().span, "LogQL has no subqueries: a range follows a log query only");
  if (at("@")) fail(now().span, "LogQL has no @");
  if (at_keyword("offset")) {
    fail(now().span, "an offset follows the range: rate({...}[5m] offset 1h)");
  }
  if (!failed() && gives_lines(*result)) {
    if (at_word() || now().kind == Token::Kind::string) {
      fail(now().span, "a text to look for follows |=, a stage follows |");
    }
    if (at("=") || at("=~")) fail(now().span, "lines are compared by |=, !=, |~ or !~");
    if (now().kind != Token::Kind::end) fail_at_now("a stage or the end of the query");
  }
  if (now().kind != Token::Kind::end) fail_at_now("an operator or the end of the query");
  return failed() ? nullptr : std::move(result);
}

/// expression = operand { operator modifiers operand }, by the levels of the table
ExprPtr Grammar::expression(int level) {
  const Level nested(*this);
  const uint32_t start = begin();
  ExprPtr left = operand();
  while (!failed()) {
    const Operator* const op = find_operator(now());
    if (op == nullptr || op->level < level) break;
    if (gives_lines(*left)) {
      fail(now().span,
           fmt::format("{} needs numbers on both sides, and its left side is a log query",
                       op->text));
      break;
    }
    count_operator();
    take();
    Binary binary;
    binary.op = op->text;
    const Token next = now();
    modifiers(binary);
    if (binary.is_bool && !op->compares) fail(next.span, "bool belongs to a comparison");
    binary.left = std::move(left);
    binary.right = expression(op->from_the_right ? op->level : op->level + 1);
    if (!failed() && gives_lines(*binary.right)) {
      fail(binary.right->span,
           fmt::format("{} needs numbers on both sides, and its right side is a log query",
                       op->text));
    }
    left = make(std::move(binary), since(start));
  }
  return left;
}

/// modifiers = [ "bool" ] [ ( "on" | "ignoring" ) labels [ ( "group_left" | "group_right" )
///             [ labels ] ] ]
void Grammar::modifiers(Binary& binary) {
  binary.is_bool = accept_keyword("bool");
  const uint32_t start = begin();
  const bool ignoring = at_keyword("ignoring");
  if (ignoring || at_keyword("on")) {
    take();
    binary.matching = Grouping{ignoring, label_list(), {}};
    binary.matching->span = since(start);
  }
  const bool left = at_keyword("group_left");
  if (!left && !at_keyword("group_right")) return;
  if (!binary.matching) {
    return fail(now().span, fmt::format("{} follows on(...) or ignoring(...)", describe(now())));
  }
  take();
  binary.group = left ? Binary::Group::left : Binary::Group::right;
  if (at("(")) binary.include = label_list();
}

/// operand = paren | log_query | number | function | variable
ExprPtr Grammar::operand() {
  if (at("(")) return paren();
  if (at("{")) {
    const uint32_t start = begin();
    LogQuery query = log_query(nullptr);
    return make(std::move(query), since(start));
  }
  if (starts_number()) return number();
  if (starts_function()) return function();
  if (at_variables()) return variable();
  if (at_word()) {
    fail(now().span, fmt::format("{} has no meaning here; a stream selector is written in braces: "
                                 "{{label=\"value\"}}",
                                 describe(now())));
  } else {
    fail_at_now("a log query, a function or a number");
  }
  return make(Number{}, now().span);
}

/// paren = "(" expression ")"
ExprPtr Grammar::paren() {
  const uint32_t start = begin();
  take();
  ExprPtr inner = expression();
  expect(")", "after the expression");
  return make(Paren{std::move(inner)}, since(start));
}

bool Grammar::starts_number() const {
  if (at("-") || at("+")) return true;
  if (!at_word()) return false;
  if (base::is_digit(now().text[0]) || now().text[0] == '.') return true;
  return (at_keyword("inf") || at_keyword("nan")) && after().text != "(";
}

/// number = [ "+" | "-" ] ( digits | variable )
ExprPtr Grammar::number() {
  const uint32_t start = begin();
  const bool sign = at("-") || at("+");
  const std::string_view written = sign ? take().text : std::string_view();
  if (!at_word() || (sign && starts_function())) {
    fail_at_now("a number; LogQL has signs for numbers only");
    return make(Number{}, since(start));
  }
  Number result{take_text()};
  if (result.text.variables.empty() && quantity(result.text.value) != Quantity::number) {
    fail(result.text.span, fmt::format("{} is not a number", result.text.value));
  }
  result.text.value.insert(0, written);
  for (Variable& variable : result.text.variables) {
    variable.in_value += static_cast<uint32_t>(written.size());
  }
  result.text.span.begin = start;
  return make(std::move(result), since(start));
}

/// After a variable for a selector comes a stage. `!=` begins one only when a string follows.
bool Grammar::variable_starts_log_query() const {
  const Token next = after();
  if (next.text != "!=") {
    Grammar ahead(*this);
    ahead.take();
    return ahead.at_stage() && !ahead.at("!=");
  }
  Grammar ahead(*this);
  ahead.take();
  ahead.take();
  return ahead.now().kind == Token::Kind::string;
}

/// variable: of a whole expression, or of a log query's selector
ExprPtr Grammar::variable() {
  const uint32_t start = begin();
  if (variable_starts_log_query()) {
    LogQuery query = log_query(nullptr);
    return make(std::move(query), since(start));
  }
  std::vector<Variable> variables = take_variables();
  if (variables.size() == 1) {
    return make(ExprVariable{std::move(variables.front())}, since(start));
  }
  LogQuery query;
  query.selector.bare = true;
  query.selector.span = variables.front().span;
  query.selector.variables.push_back(std::move(variables.front()));
  for (auto i = std::next(variables.begin()); i != variables.end(); ++i) {
    query.stages.push_back({StageVariable{*i}, i->span});
  }
  query.span = since(start);
  return make(std::move(query), since(start));
}

}  // namespace logql
