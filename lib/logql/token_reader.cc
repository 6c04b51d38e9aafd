#include "logql/token_reader.h"

#include <algorithm>

#include "base/text.h"
#include "logql/lexer.h"
#include "logql/words.h"

namespace logql {
namespace {

constexpr int kDepthMax = 200;
constexpr int kOperatorsMax = 1000;

bool is_label(std::string_view text) {
  return !text.empty() && !base::is_digit(text[0]) && text[0] != '.' &&
         text.find_first_of("+-") == std::string_view::npos;
}

}  // namespace

std::string describe(const Token& token) {
  if (token.kind == Token::Kind::end) return "the end of the query";
  constexpr size_t kShown = 40;
  size_t end = std::min(token.text.find('\n'), token.text.size());
  if (end > kShown) {
    end = kShown;
    while (end > 0 && is_continuation(token.text[end])) --end;
  }
  if (end == token.text.size()) return std::string(token.text);
  return fmt::format("{}…", token.text.substr(0, end));
}

TokenReader::TokenReader(std::string_view query, Dialect dialect)
    : query_(query), lexer_(query, dialect) {
  advance();
}

Token TokenReader::after() const {
  Lexer ahead = lexer_;
  return ahead.next();
}

void TokenReader::advance() {
  now_ = lexer_.next();
  if (now_.kind == Token::Kind::bad) fail(now_.span, std::string(now_.problem));
}

Token TokenReader::take() {
  const Token taken = now_;
  end_of_last_ = taken.span.end;
  if (!failed()) advance();
  return taken;
}

bool TokenReader::at_keyword(std::string_view keyword) const {
  return at_word() && is_keyword(now_.text, keyword);
}

bool TokenReader::at_variables() const {
  return at_word() && only_variables(now_.text);
}

bool TokenReader::accept(std::string_view symbol) {
  if (!at(symbol)) return false;
  take();
  return true;
}

bool TokenReader::accept_keyword(std::string_view keyword) {
  if (!at_keyword(keyword)) return false;
  take();
  return true;
}

bool TokenReader::expect(std::string_view symbol, std::string_view why) {
  if (accept(symbol)) return true;
  fail_at_now(fmt::format("{} {}", symbol, why));
  return false;
}

void TokenReader::fail(Span span, std::string message) {
  if (!error_) error_ = ParseError{span, std::move(message)};
  const auto end = static_cast<uint32_t>(query_.size());
  error_->span = {std::min(error_->span.begin, end), std::min(error_->span.end, end)};
  now_ = Token{Token::Kind::end, {}, {end, end}, {}};
}

void TokenReader::fail_at_now(std::string_view wanted) {
  fail(now_.span, fmt::format("expected {}, found {}", wanted, describe(now_)));
}

void TokenReader::count_operator() {
  if (++operators_ > kOperatorsMax) fail(now_.span, "more than 1000 operators in one query");
}

void TokenReader::enter() {
  if (++depth_ > kDepthMax) fail(now_.span, "nested deeper than 200 levels");
}

Text TokenReader::take_text() {
  const Token token = take();
  Text result;
  if (token.kind == Token::Kind::string) {
    auto problem = unquote(token.text, token.span.begin, result);
    if (problem) fail(problem->span, std::move(problem->message));
    return result;
  }
  result.value = token.text;
  result.span = token.span;
  result.variables = find_variables(token.text, token.span.begin);
  return result;
}

std::vector<Variable> TokenReader::take_variables() {
  std::vector<Variable> result = take_text().variables;
  for (Variable& variable : result) variable.in_value = 0;
  return result;
}

Text TokenReader::label(std::string_view what) {
  if (!at_word() || !is_label(now_.text)) {
    fail_at_now(what);
    return {};
  }
  return take_text();
}

std::vector<Text> TokenReader::label_list() {
  std::vector<Text> result;
  if (!expect("(", "before the labels")) return result;
  if (accept(")")) return result;
  do {
    result.push_back(label("the name of a label"));
  } while (accept(","));
  expect(")", "after the labels");
  return result;
}

}  // namespace logql
