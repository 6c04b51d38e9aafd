#include "ottl/parser.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/number.h"
#include "base/text.h"
#include "ottl/function.h"
#include "ottl/scanner.h"
#include "telemetry/otlp/json.h"

namespace ottl {
namespace {

using telemetry::otlp::Value;

Expression literal(std::string text, Value value) {
  Literal made{std::make_shared<const std::string>(std::move(text)), value};
  made.value.text = *made.text;
  return {std::move(made)};
}

/// "*" and "?" as a regex.
std::string regex_of_wildcards(std::string_view wildcards) {
  std::string regex = "^(?s)";
  for (const char c : wildcards) {
    if (c == '*')
      regex += ".*";
    else if (c == '?')
      regex += '.';
    else
      regex += re2::RE2::QuoteMeta(re2::StringPiece(&c, 1));
  }
  return regex + "$";
}

/// Reports the first error and then only unwinds: each function gives back something, and ok() is
/// asked at the end.
class Parser {
 public:
  Parser(std::string_view text, Context context) : in_(text), context_(context) {}

  Statement statement();
  Expression condition();
  void end() {
    if (in_.token().kind != Token::Kind::end) fail("expected the end");
  }
  const std::string& error() const { return error_; }

 private:
  Expression disjunction();
  Expression conjunction();
  Expression negation();
  Expression comparison();
  Expression sum();
  Expression product();
  Expression value();
  Expression number(bool is_negative);
  Expression list();
  Expression map();
  Expression name();
  Expression path(const std::string& written, size_t offset);
  Call call(bool is_editor);
  void arguments(Call& call);
  void argument(Call& call, size_t index);
  std::vector<Step> steps();

  void fail(const std::string& what) { fail_at(in_.token().offset, what); }
  void fail_at(size_t offset, const std::string& what) {
    if (in_.token().kind == Token::Kind::bad && error_.empty())
      error_ = fmt::format("{}, at character {}", in_.token().text, in_.token().offset + 1);
    else if (error_.empty())
      error_ = fmt::format("{}, at character {}", what, offset + 1);
  }
  bool take(std::string_view sign) {
    if (!error_.empty() || !in_.is_sign(sign)) return false;
    in_.next();
    return true;
  }
  bool take_name(std::string_view word) {
    if (!error_.empty() || !in_.is_name(word)) return false;
    in_.next();
    return true;
  }
  void expect(std::string_view sign) {
    if (!take(sign)) fail(fmt::format("expected {}", sign));
  }
  Expression operation(Operator op, Expression left, Expression right) {
    if (++operators_ > kOperatorsMax) fail("too many operators");
    Operation made{op, {}};
    made.operands.push_back(std::move(left));
    made.operands.push_back(std::move(right));
    return {std::move(made)};
  }

  Scanner in_;
  Context context_;
  std::string error_;
  size_t depth_ = 0;
  size_t operators_ = 0;
};

// statement = call [ "where" condition ]
Statement Parser::statement() {
  Statement made;
  if (in_.token().kind != Token::Kind::name) fail("expected a function that changes something");
  if (error_.empty()) made.editor = call(true);
  if (take_name("where")) made.condition = condition();
  return made;
}

Expression Parser::condition() {
  return disjunction();
}

// disjunction = conjunction { "or" conjunction }
Expression Parser::disjunction() {
  if (++depth_ > kDepthMax) fail("conditions within conditions, too deep");
  Expression left = error_.empty() ? conjunction() : Expression{};
  while (take_name("or")) left = operation(Operator::logical_or, std::move(left), conjunction());
  --depth_;
  return left;
}

// conjunction = negation { "and" negation }
Expression Parser::conjunction() {
  Expression left = negation();
  while (take_name("and")) left = operation(Operator::logical_and, std::move(left), negation());
  return left;
}

// negation = { "not" } comparison
Expression Parser::negation() {
  bool is_negated = false;
  while (take_name("not")) is_negated = !is_negated;
  Expression made = comparison();
  if (!is_negated) return made;
  Operation operation{Operator::logical_not, {}};
  operation.operands.push_back(std::move(made));
  return {std::move(operation)};
}

// comparison = sum [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) sum ]
Expression Parser::comparison() {
  static constexpr std::pair<std::string_view, Operator> kSigns[] = {
      {"==", Operator::equal},  {"!=", Operator::unequal},
      {"<", Operator::less},    {"<=", Operator::less_or_equal},
      {">", Operator::greater}, {">=", Operator::greater_or_equal}};
  Expression left = sum();
  for (const auto& [sign, op] : kSigns)
    if (take(sign)) return operation(op, std::move(left), sum());
  return left;
}

// sum = product { ( "+" | "-" ) product }
Expression Parser::sum() {
  Expression left = product();
  while (error_.empty()) {
    if (take("+"))
      left = operation(Operator::add, std::move(left), product());
    else if (take("-"))
      left = operation(Operator::subtract, std::move(left), product());
    else
      break;
  }
  return left;
}

// product = value { ( "*" | "/" ) value }
Expression Parser::product() {
  Expression left = value();
  while (error_.empty()) {
    if (take("*"))
      left = operation(Operator::multiply, std::move(left), value());
    else if (take("/"))
      left = operation(Operator::divide, std::move(left), value());
    else
      break;
  }
  return left;
}

// value = text | [ "-" ] number | bytes | "true" | "false" | "nil" | list | map | enumerator | path
//       | call | "(" condition ")"
Expression Parser::value() {
  if (!error_.empty()) return {};
  const Token token = in_.token();
  switch (token.kind) {
    case Token::Kind::text:
      in_.next();
      return literal(token.text, Value::of(std::string_view()));
    case Token::Kind::integer:
    case Token::Kind::real:
      return number(false);
    case Token::Kind::bytes: {
      in_.next();
      auto bytes = telemetry::otlp::bytes_of_hex(token.text);
      if (!bytes) fail_at(token.offset, "not hexadecimal bytes");
      return literal(bytes.value_or(""), Value::bytes({}));
    }
    case Token::Kind::name:
      return name();
    default:
      break;
  }
  if (take("-")) return number(true);
  if (in_.is_sign("[")) return list();
  if (in_.is_sign("{")) return map();
  if (take("(")) {
    Expression inner = disjunction();
    expect(")");
    return inner;
  }
  fail("expected a value");
  return {};
}

Expression Parser::number(bool is_negative) {
  const Token token = in_.token();
  const std::string text = (is_negative ? "-" : "") + token.text;
  if (token.kind == Token::Kind::integer) {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) fail("the number is too large");
    in_.next();
    return literal("", Value::of(number));
  }
  const auto number = token.kind == Token::Kind::real ? base::parse_float(text) : std::nullopt;
  if (!number) fail("expected a number");
  in_.next();
  return literal("", Value::of(number.value_or(0)));
}

// list = "[" [ sum { "," sum } ] "]"
Expression Parser::list() {
  List made;
  if (++depth_ > kDepthMax) fail("values within values, too deep");
  expect("[");
  if (!take("]")) {
    do made.elements.push_back(sum());
    while (take(","));
    expect("]");
  }
  --depth_;
  return {std::move(made)};
}

// map = "{" [ text ":" value { "," text ":" value } ] "}", of values that are written
Expression Parser::map() {
  std::string members;
  expect("{");
  if (!take("}")) {
    do {
      const Token key = in_.token();
      if (key.kind != Token::Kind::text) fail("expected a key between quotes");
      in_.next();
      expect(":");
      const Expression member = value();
      const auto* known = std::get_if<Literal>(&member.node);
      if (known == nullptr) fail_at(key.offset, "the values of a map must be written out");
      if (known != nullptr) telemetry::otlp::append_key_value(members, 1, key.text, known->value);
    } while (take(","));
    expect("}");
  }
  return literal(std::move(members), Value::map({}));
}

/// What begins with a name.
Expression Parser::name() {
  const Token token = in_.token();
  if (token.text == "true" || token.text == "false" || token.text == "nil") {
    in_.next();
    if (token.text == "nil") return literal("", Value());
    return literal("", Value::of(token.text == "true"));
  }
  if (in_.is_before("(")) return {call(false)};
  in_.next();
  const bool is_capital = std::ranges::all_of(
      token.text, [](char c) { return c == '_' || base::is_digit(c) || (c >= 'A' && c <= 'Z'); });
  if (is_capital) {
    const auto number = enumerator(token.text);
    if (!number) fail_at(token.offset, fmt::format("unknown name {}", token.text));
    return literal("", Value::of(number.value_or(0)));
  }
  return path(token.text, token.offset);
}

// path = [ context "." ] field { "." field } { "[" ( text | integer ) "]" }
Expression Parser::path(const std::string& written, size_t offset) {
  Context of = context_;
  std::string_view field = written;
  const PathField* known = find_path(of, field);
  if (const size_t dot = written.find('.'); known == nullptr && dot != std::string::npos) {
    if (const auto named = context_of(field.substr(0, dot))) {
      of = *named;
      field.remove_prefix(dot + 1);
      if (!can_see(context_, of))
        fail_at(offset, fmt::format("statements of the context {} cannot name fields of {}",
                                    name_of(context_), name_of(of)));
      known = find_path(of, field);
    }
  }
  if (known == nullptr) fail_at(offset, fmt::format("unknown field {} of {}", field, name_of(of)));
  Path made{of, known == nullptr ? Access::text : known->access,
            known == nullptr ? 0 : known->number, steps()};
  const bool has_members = made.access == Access::attributes || made.access == Access::value;
  if (!made.steps.empty() && !has_members)
    fail_at(offset, fmt::format("{} has no members", written));
  if (made.access == Access::attributes && !made.steps.empty() && made.steps[0].index >= 0)
    fail_at(offset, "attributes have keys, not indexes");
  return {std::move(made)};
}

std::vector<Step> Parser::steps() {
  std::vector<Step> made;
  while (take("[")) {
    const Token token = in_.token();
    Step step;
    if (token.kind == Token::Kind::text) {
      step.key = token.text;
    } else if (token.kind == Token::Kind::integer) {
      std::from_chars(token.text.data(), token.text.data() + token.text.size(), step.index);
    } else {
      fail("expected a key between quotes, or an index");
    }
    in_.next();
    expect("]");
    made.push_back(std::move(step));
    if (made.size() > kDepthMax) fail("too many steps");
  }
  return made;
}

// call = name "(" [ argument { "," argument } ] ")" { "[" ( text | integer ) "]" }
Call Parser::call(bool is_editor) {
  const Token token = in_.token();
  Call made;
  made.function = find_function(token.text);
  if (made.function == nullptr) {
    fail_at(token.offset, fmt::format("unknown function {}", token.text));
    return made;
  }
  if (is_editor != (made.function->edit != nullptr)) {
    fail_at(token.offset, is_editor ? fmt::format("{} changes nothing", token.text)
                                    : fmt::format("{} gives no value", token.text));
    return made;
  }
  if (made.function->is_of_metrics && context_ != Context::metric)
    fail_at(token.offset, fmt::format("{} is for the context metric", token.text));
  if (++depth_ > kDepthMax) fail("functions within functions, too deep");
  in_.next();
  expect("(");
  arguments(made);
  --depth_;
  made.steps = steps();
  return made;
}

void Parser::arguments(Call& call) {
  const auto& parameters = call.function->parameters;
  const size_t place = in_.token().offset;
  std::vector<bool> is_given(parameters.size());
  for (size_t i = 0; i < parameters.size(); ++i) call.arguments.push_back(literal("", Value()));
  if (!take(")")) {
    size_t next = 0;
    do {
      size_t index = next++;
      // argument = [ name "=" ] sum
      if (in_.token().kind == Token::Kind::name && in_.is_before("=")) {
        const auto named = std::ranges::find(parameters, in_.token().text, &Parameter::name);
        if (named == parameters.end()) fail("no parameter of this name");
        index = static_cast<size_t>(named - parameters.begin());
        in_.next();
        in_.next();
      }
      if (index >= parameters.size())
        fail(fmt::format("{} takes at most {} arguments", call.function->name, parameters.size()));
      if (!error_.empty()) return;
      is_given[index] = true;
      argument(call, index);
    } while (take(","));
    expect(")");
  }
  for (size_t i = 0; i < parameters.size(); ++i)
    if (!is_given[i] && !parameters[i].is_optional)
      fail_at(place, fmt::format("{} needs {}", call.function->name, parameters[i].name));
}

void Parser::argument(Call& call, size_t index) {
  const Parameter& parameter = call.function->parameters[index];
  const size_t place = in_.token().offset;
  Expression& made = call.arguments[index] = sum();
  if (!error_.empty() || parameter.kind == Parameter::Kind::value) return;
  if (parameter.kind == Parameter::Kind::path) {
    if (!std::holds_alternative<Path>(made.node)) fail_at(place, "expected a field");
    return;
  }
  const auto* text = std::get_if<Literal>(&made.node);
  if (text == nullptr || !text->value.is(Value::Kind::text))
    return fail_at(place, "expected a pattern between quotes");
  const bool is_regex = parameter.kind == Parameter::Kind::pattern;
  call.pattern = std::make_shared<const re2::RE2>(
      is_regex ? *text->text : regex_of_wildcards(*text->text), re2::RE2::Quiet);
  if (!call.pattern->ok()) fail_at(place, "bad regex: " + call.pattern->error());
}

}  // namespace

base::Result<Statement> parse_statement(std::string_view text, Context context) {
  Parser parser(text, context);
  Statement made = parser.statement();
  parser.end();
  if (!parser.error().empty()) return base::fail("{}", parser.error());
  return made;
}

base::Result<Expression> parse_condition(std::string_view text, Context context) {
  Parser parser(text, context);
  Expression made = parser.condition();
  parser.end();
  if (!parser.error().empty()) return base::fail("{}", parser.error());
  return made;
}

std::optional<Context> context_in(std::string_view text) {
  std::optional<Context> innermost;
  for (Scanner in(text); in.token().kind != Token::Kind::end; in.next()) {
    const size_t dot = in.token().text.find('.');
    if (in.token().kind != Token::Kind::name || dot == std::string::npos) continue;
    const auto named = context_of(in.token().text.substr(0, dot));
    if (named && (!innermost || can_see(*named, *innermost))) innermost = named;
  }
  return innermost;
}

}  // namespace ottl
