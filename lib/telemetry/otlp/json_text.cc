#include "telemetry/otlp/json_text.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"

namespace telemetry::otlp {
namespace {

constexpr bool is_json_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

constexpr bool is_plain_in_string(char c) {
  return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20;
}

}  // namespace

char JsonCursor::peek() {
  if (!ok()) return '\0';
  while (at_ < text_.size() && is_json_space(text_[at_])) ++at_;
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonCursor::take(char token) {
  if (peek() != token) return false;
  ++at_;
  return true;
}

bool JsonCursor::take_word(std::string_view word) {
  if (peek() != word.front() || !text_.substr(at_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

bool JsonCursor::expect(char token) {
  return take(token) || fail(fmt::format("expected '{}'", token));
}

bool JsonCursor::fail(std::string what) {
  if (ok()) {
    problem_ = at_ < text_.size() ? fmt::format("{}, at byte {}", what, at_)
                                  : fmt::format("{}, at the end", what);
  }
  return false;
}

bool JsonCursor::string(std::string& buffer, std::string_view& out) {
  if (!expect('"')) return false;
  const size_t begin = at_;
  while (at_ < text_.size() && is_plain_in_string(text_[at_])) ++at_;
  out = text_.substr(begin, at_ - begin);
  if (at_ < text_.size() && text_[at_] == '"') {
    ++at_;
    return true;
  }
  buffer.assign(out);
  while (at_ < text_.size() && text_[at_] != '"') {
    const char c = text_[at_];
    if (static_cast<unsigned char>(c) < 0x20) return fail("a control character in a string");
    ++at_;
    if (c != '\\')
      buffer += c;
    else if (!escape(buffer))
      return false;
  }
  out = buffer;
  return expect('"');
}

bool JsonCursor::escape(std::string& out) {
  const char c = at_ < text_.size() ? text_[at_] : '\0';
  static constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  if (const size_t found = kLetters.find(c); found != std::string_view::npos) {
    out += kMeanings[found];
    ++at_;
    return true;
  }
  uint32_t unit = 0;
  if (!code_unit(unit)) return false;
  if (unit >= 0xD800 && unit < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
    const size_t before = at_++;
    uint32_t low = 0;
    if (!code_unit(low)) return false;
    if (low >= 0xDC00 && low < 0xE000)
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    else
      at_ = before;  // A character of its own.
  }
  base::append_utf8(out, unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : unit);
  return true;
}

/// The part of an escape after its backslash: u and four digits.
bool JsonCursor::code_unit(uint32_t& out) {
  const std::string_view digits = text_.substr(at_).substr(0, 5);
  if (!digits.starts_with('u')) return fail("an escape that JSON does not have");
  const char* end = digits.data() + digits.size();
  const auto [last, error] = std::from_chars(digits.data() + 1, end, out, 16);
  if (digits.size() != 5 || error != std::errc() || last != end)
    return fail("\\u without four hexadecimal digits");
  at_ += 5;
  return true;
}

// number = [ "-" ] ( "0" | digit1-9 { digit } ) [ "." digit { digit } ] [ "e" [ sign ] digit
// { digit } ]
bool JsonCursor::number(std::string_view& out) {
  peek();
  const size_t begin = at_;
  const auto take_one_of = [this](std::string_view these) {
    if (at_ >= text_.size() || these.find(text_[at_]) == std::string_view::npos) return false;
    ++at_;
    return true;
  };
  const auto take_digits = [this] {
    const size_t first = at_;
    while (at_ < text_.size() && base::is_digit(text_[at_])) ++at_;
    return at_ > first;
  };
  if (!ok()) return false;
  take_one_of("-");
  if (!take_one_of("0") && !take_digits()) return fail("expected a number");
  if (take_one_of(".") && !take_digits()) return fail("expected a digit");
  if (take_one_of("eE")) {
    take_one_of("+-");
    if (!take_digits()) return fail("expected a digit");
  }
  out = text_.substr(begin, at_ - begin);
  return true;
}

bool JsonCursor::skip_scalar() {
  const char first = peek();
  if (first == '"') {
    std::string buffer;
    std::string_view text;
    return string(buffer, text);
  }
  if (first == '-' || base::is_digit(first)) {
    std::string_view text;
    return number(text);
  }
  return take_word("true") || take_word("false") || take_word("null") || fail("expected a value");
}

/// Without recursion: what is not known here may be as deep as its sender likes.
bool JsonCursor::skip_value() {
  std::string open;  // The brackets that enclose this place.
  std::string buffer;
  std::string_view key;
  const auto take_key = [&] { return string(buffer, key) && expect(':'); };
  for (;;) {
    // At a value.
    if (const char first = peek(); first == '{' || first == '[') {
      if (open.size() == kDepthMax) return fail("too many values within values");
      ++at_;
      open += first == '{' ? '}' : ']';
      if (peek() != open.back()) {
        if (first == '{' && !take_key()) return false;
        continue;
      }
    } else if (!skip_scalar()) {
      return false;
    }
    // After a value, or at the end of an empty one.
    while (!open.empty() && take(open.back())) open.pop_back();
    if (open.empty()) return ok();
    if (!expect(',')) return false;
    if (open.back() == '}' && !take_key()) return false;
  }
}

}  // namespace telemetry::otlp
