// Numbers and strings. Only their extent is found here; values are the
// evaluator's business.
#include "base/text.h"
#include "river/lexer.h"
#include "river/text.h"

namespace river {
namespace {

int digit_value(char c) {
  if (base::is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

}  // namespace

uint32_t Lexer::digits_end(uint32_t from) const {
  while (from < text_.size() && base::is_digit(text_[from])) ++from;
  return from;
}

// Number = Digits [ "." [ Digits ] ] [ ("e" | "E") [ "+" | "-" ] Digits ] | "." Digits ... .
Token Lexer::number() {
  uint32_t end = digits_end(at_);
  auto kind = TokenKind::number;
  const auto at = [&](uint32_t offset) { return offset < text_.size() ? text_[offset] : '\0'; };
  if (at(end) == '.') {
    kind = TokenKind::floating;
    end = digits_end(end + 1);
  }
  if (at(end) == 'e' || at(end) == 'E') {
    kind = TokenKind::floating;
    const uint32_t digits = end + 1 + (at(end + 1) == '+' || at(end + 1) == '-');
    end = digits_end(digits);
    if (end == digits) report("R007", at_, end - at_, "exponent has no digits");
  }
  return make(kind, end - at_);
}

// "..." or, always an error, '...'.
Token Lexer::quoted(char quote) {
  const uint32_t begin = at_;
  bool closed = false;
  for (++at_; !at_end() && !closed;) {
    const char c = text_[at_];
    if (c == '\n') break;
    ++at_;
    closed = c == quote;
    if (c == '\\') escape();
  }
  if (quote == '\'') {
    auto& problem =
        report("R005", begin, at_ - begin, "illegal single-quoted string; use double quotes");
    if (closed)
      problem.with_help(fmt::format("write \"{}\"", text_.substr(begin + 1, at_ - begin - 2)));
  } else if (!closed) {
    report("R004", begin, 1, "string literal not terminated");
  }
  may_end_ = true;
  const auto kind = quote == '"' ? TokenKind::string : TokenKind::illegal;
  return {kind, begin, at_};
}

Token Lexer::raw_string() {
  const size_t close = text_.find('`', at_ + 1);
  if (close == text_.npos) report("R004", at_, 1, "string literal not terminated");
  const size_t end = close == text_.npos ? text_.size() : close + 1;
  return make(TokenKind::string, static_cast<uint32_t>(end - at_));
}

// Reads what follows a backslash. A bad character is left to be read as part of the string, so
// that "\u12" still ends at its quote.
void Lexer::escape() {
  const uint32_t at = at_;
  if (at_end()) {
    report("R006", at, 0, "escape sequence not terminated");
    return;
  }
  switch (text_[at_]) {
    case 'a':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
    case 'v':
    case '\\':
    case '"':
      ++at_;
      return;
    case 'x':
      ++at_;
      return escape_digits(at, 2, 16, 0xFF);
    case 'u':
      ++at_;
      return escape_digits(at, 4, 16, 0x10FFFF);
    case 'U':
      ++at_;
      return escape_digits(at, 8, 16, 0x10FFFF);
    default:
      break;
  }
  if (digit_value(text_[at_]) < 8) return escape_digits(at, 3, 8, 0xFF);
  report("R006", at, 1, "unknown escape sequence");
}

void Lexer::escape_digits(uint32_t reported_at, int count, uint32_t base, uint32_t value_max) {
  uint32_t value = 0;
  for (; count > 0; --count, ++at_) {
    if (at_end()) {
      report("R006", reported_at, 1, "escape sequence not terminated");
      return;
    }
    const auto digit = static_cast<uint32_t>(digit_value(text_[at_]));
    if (digit >= base) {
      const auto rest = text_.substr(at_);
      report("R006", reported_at, 1,
             fmt::format("illegal character {} in escape sequence", unicode::describe(rest)));
      return;
    }
    value = value * base + digit;
  }
  if (value <= value_max && (value < 0xD800 || value > 0xDFFF)) return;
  report("R006", reported_at, 1, "escape sequence is invalid Unicode code point");
  return;
}

}  // namespace river
