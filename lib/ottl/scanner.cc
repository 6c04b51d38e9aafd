#include "ottl/scanner.h"

#include <array>

#include "base/text.h"

namespace ottl {

void Scanner::next() {
  while (at_ < text_.size() && base::is_space(text_[at_])) ++at_;
  token_ = {Token::Kind::end, "", at_};
  if (at_ == text_.size()) return;
  const char c = text_[at_];
  if (c == '"') return scan_text();
  if (base::is_digit(c)) return scan_number();
  if (!base::is_letter(c) && c != '_') return scan_sign();
  token_.kind = Token::Kind::name;
  const auto is_of_name = [&](size_t at) {
    if (at >= text_.size()) return false;
    if (base::is_word(text_[at])) return true;
    return text_[at] == '.' && at + 1 < text_.size() && base::is_letter(text_[at + 1]);
  };
  while (is_of_name(at_)) token_.text += text_[at_++];
}

bool Scanner::is_before(std::string_view sign) const {
  Scanner ahead = *this;
  ahead.next();
  // "==" is a sign of its own.
  return ahead.is_sign(sign);
}

/// As Go's strings: a backslash means the letter after it, or itself where Go has no such escape.
void Scanner::scan_text() {
  token_.kind = Token::Kind::text;
  for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
    if (text_[at_] != '\\' || at_ + 1 == text_.size()) {
      token_.text += text_[at_];
      continue;
    }
    static constexpr std::string_view kLetters = "\\\"nrt", kMeanings = "\\\"\n\r\t";
    const size_t found = kLetters.find(text_[++at_]);
    if (found == std::string_view::npos) token_.text += '\\';
    token_.text += found == std::string_view::npos ? text_[at_] : kMeanings[found];
  }
  if (at_ == text_.size()) {
    token_.kind = Token::Kind::bad;
    token_.text = "a text without its end";
  } else {
    ++at_;
  }
}

void Scanner::scan_number() {
  token_.kind = Token::Kind::integer;
  const auto take_while = [&](auto is_taken) {
    while (at_ < text_.size() && is_taken(text_[at_])) token_.text += text_[at_++];
  };
  if (text_.substr(at_).starts_with("0x")) {
    token_.kind = Token::Kind::bytes;
    at_ += 2;
    return take_while(base::is_word);
  }
  take_while(base::is_digit);
  if (at_ < text_.size() && text_[at_] == '.') {
    token_.kind = Token::Kind::real;
    token_.text += text_[at_++];
    take_while(base::is_digit);
  }
  if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
    token_.kind = Token::Kind::real;
    token_.text += text_[at_++];
    if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) token_.text += text_[at_++];
    take_while(base::is_digit);
  }
}

void Scanner::scan_sign() {
  static constexpr std::array<std::string_view, 4> kPairs = {"==", "!=", "<=", ">="};
  static constexpr std::string_view kSingles = "()[]{},:=<>+-*/";
  token_.kind = Token::Kind::sign;
  for (const std::string_view pair : kPairs) {
    if (!text_.substr(at_).starts_with(pair)) continue;
    token_.text = pair;
    at_ += 2;
    return;
  }
  token_.text = text_[at_];
  if (kSingles.find(text_[at_]) == std::string_view::npos) {
    token_.kind = Token::Kind::bad;
    token_.text = "a character that has no meaning here";
  }
  ++at_;
}

}  // namespace ottl
