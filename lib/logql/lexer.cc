#include "logql/lexer.h"

#include <algorithm>

#include "base/text.h"
#include "logql/words.h"

namespace logql {
namespace {

constexpr std::string_view kLongSymbols[] = {"|=", "|~", "|>", "!=", "!~",
                                             "!>", "=~", "==", "<=", ">="};
constexpr std::string_view kShortSymbols = "{}()[],|=<>+-*/%^@:";

/// 1e-5 and 0x1p-3 have a sign inside of the word. `digits` is the word up to there.
bool takes_sign(std::string_view digits) {
  const bool hex = digits.starts_with("0x") || digits.starts_with("0X");
  const char last = small(digits.back());
  if (last != (hex ? 'p' : 'e') || digits.size() < 2) return false;
  for (const char c : digits.substr(0, digits.size() - 1)) {
    if (!base::is_digit(c) && c != '.' && c != '_' && !hex) return false;
  }
  return true;
}

}  // namespace

Token Lexer::next() {
  skip_spaces();
  if (at_ >= query_.size()) return token(Token::Kind::end, at_);
  if (comment_end() == std::string_view::npos)
    return token(Token::Kind::bad, at_ + 2, "comment not terminated");
  const char c = query_[at_];
  if (c == '"' || c == '`') return string(c);
  if (c == '\'') {
    if (dialect_.single_quotes) return string(c);
    return token(Token::Kind::bad, at_ + 1, "strings are written in double quotes or backquotes");
  }
  if (const size_t end = word_end(); end > at_) return token(Token::Kind::word, end);
  if (dialect_.flags && query_.substr(at_, 2) == "--" && at_ + 2 < query_.size() &&
      base::is_letter(query_[at_ + 2])) {
    size_t end = at_ + 2;
    while (end < query_.size() && (base::is_word(query_[end]) || query_[end] == '-')) ++end;
    return token(Token::Kind::flag, end);
  }
  for (const std::string_view symbol : kLongSymbols) {
    if (query_.substr(at_, 2) == symbol) return token(Token::Kind::symbol, at_ + 2);
  }
  if (kShortSymbols.find(c) != std::string_view::npos) return token(Token::Kind::symbol, at_ + 1);
  if (c == '$') return token(Token::Kind::bad, at_ + 1, "no name of a variable follows the $");
  size_t end = at_ + 1;
  while (end < query_.size() && is_continuation(query_[end])) ++end;
  const bool space = query_.substr(at_, end - at_) == "\u00a0";
  return token(Token::Kind::bad, end,
               space ? "a non-breaking space is not a space in LogQL; replace it by a plain one"
                     : "this character has no meaning here");
}

void Lexer::skip_spaces() {
  while (at_ < query_.size()) {
    const char c = query_[at_];
    if (const size_t end = comment_end(); end != at_) {
      if (end == std::string_view::npos) return;
      at_ = end;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at_;
    } else {
      return;
    }
  }
}

size_t Lexer::comment_end() const {
  const std::string_view rest = query_.substr(at_);
  if (rest.starts_with('#') || (dialect_.slash_comments && rest.starts_with("//")))
    return std::min(query_.find('\n', at_), query_.size());
  if (!dialect_.slash_comments || !rest.starts_with("/*")) return at_;
  const size_t end = query_.find("*/", at_ + 2);
  return end == std::string_view::npos ? end : end + 2;
}

Token Lexer::token(Token::Kind kind, size_t end, std::string_view problem) {
  const Token result{kind,
                     query_.substr(at_, end - at_),
                     {static_cast<uint32_t>(at_), static_cast<uint32_t>(end)},
                     problem};
  at_ = end;
  return result;
}

Token Lexer::string(char quote) {
  size_t end = at_ + 1;
  while (end < query_.size() && query_[end] != quote) {
    if (quote != '`' && query_[end] == '\n') break;
    end += quote != '`' && query_[end] == '\\' ? 2 : 1;
  }
  if (end >= query_.size() || query_[end] != quote) {
    return token(Token::Kind::bad, at_ + 1, "string literal not terminated");
  }
  return token(Token::Kind::string, end + 1);
}

/// word = { letter | digit | "_" | variable }; beginning with a digit or a point: points, signs of
/// exponents and letters beyond ASCII (µs), too.
size_t Lexer::word_end() const {
  const char first = query_[at_];
  const bool point = first == '.' && at_ + 1 < query_.size() && base::is_digit(query_[at_ + 1]);
  const bool number = base::is_digit(first) || point;
  size_t end = at_;
  while (end < query_.size()) {
    const char c = query_[end];
    if (base::is_word(c) || (c == ':' && dialect_.colons_in_words)) {
      ++end;
    } else if (number && (c == '.' || static_cast<unsigned char>(c) >= 0x80)) {
      ++end;
    } else if (number && (c == '-' || c == '+') && takes_sign(query_.substr(at_, end - at_))) {
      ++end;
    } else if (c == '$' || c == '[') {
      const size_t length = variable_length(query_, end);
      if (length == 0) return end;
      end += length;
    } else {
      return end;
    }
  }
  return end;
}

}  // namespace logql
