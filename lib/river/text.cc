#include "river/text.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace river {

namespace {

/// \xHH, \ooo, \uHHHH, \UHHHHHHHH: how many digits of which base.
struct Coded {
  size_t digits = 0;
  int base = 16;
};

Coded coded(char letter) {
  if (letter == 'x') return {2, 16};
  if (letter == 'u') return {4, 16};
  if (letter == 'U') return {8, 16};
  return letter >= '0' && letter <= '7' ? Coded{3, 8} : Coded{};
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  const base::Utf8Char first = base::first_utf8(text);
  return {first.code_point, static_cast<uint32_t>(first.size), first.valid};
}

void append_utf8(std::string& out, uint32_t code_point) {
  const bool is_character = code_point <= 0x10FFFF && (code_point < 0xD800 || code_point > 0xDFFF);
  base::append_utf8(out, is_character ? code_point : kReplacement);
}

bool is_space(uint32_t code_point) {
  return code_point == ' ' || (code_point >= 0x9 && code_point <= 0xD) || code_point == 0x85 ||
         code_point == 0xA0 || code_point == 0x1680 ||
         (code_point >= 0x2000 && code_point <= 0x200A) || code_point == 0x2028 ||
         code_point == 0x2029 || code_point == 0x202F || code_point == 0x205F ||
         code_point == 0x3000;
}

size_t read_escape(std::string_view text, char quote, std::string& out) {
  constexpr std::string_view kLetters = "abfnrtv\\";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\";
  if (text.size() < 2) return 0;
  const char letter = text[1];
  if (const size_t i = kLetters.find(letter); i != std::string_view::npos) {
    out += kMeanings[i];
    return 2;
  }
  if (letter == quote) {
    out += quote;
    return 2;
  }
  const Coded form = coded(letter);
  const size_t start = form.base == 8 ? 1 : 2;
  if (form.digits == 0 || text.size() < start + form.digits) return 0;
  const char* const first = text.data() + start;
  uint32_t value = 0;
  if (std::from_chars(first, first + form.digits, value, form.base).ptr != first + form.digits)
    return 0;
  if (letter == 'u' || letter == 'U') {
    if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return 0;
    append_utf8(out, value);
  } else {
    if (value > 0xFF) return 0;
    out += static_cast<char>(value);
  }
  return start + form.digits;
}

std::string unquote(std::string_view literal) {
  if (literal.empty()) return {};
  const bool raw = literal.front() == '`';
  const bool closed = literal.size() > 1 && literal.back() == literal.front();
  std::string_view rest = literal.substr(1, literal.size() - (closed ? 2 : 1));
  std::string out;
  out.reserve(rest.size());
  const char special = raw ? '\r' : '\\';
  while (!rest.empty()) {
    const size_t plain = std::min(rest.find(special), rest.size());
    out += rest.substr(0, plain);
    rest.remove_prefix(plain);
    if (rest.empty()) break;
    const size_t length = raw ? 0 : read_escape(rest, '"', out);
    rest.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

}  // namespace river

namespace river::unicode {

namespace {

// RE2 knows the general categories; letters beyond ASCII are rare enough to ask it.
bool in_category(std::string_view text, const RE2& category) {
  const auto point = first_code_point(text);
  return point.valid && RE2::FullMatch(re2::StringPiece(text.data(), point.bytes), category);
}

}  // namespace

bool is_letter(std::string_view text) {
  static const RE2 kLetter("\\pL|_");
  return in_category(text, kLetter);
}

bool is_digit(std::string_view text) {
  static const RE2 kDigit("\\p{Nd}");
  return in_category(text, kDigit);
}

std::string describe(std::string_view text) {
  const auto point = first_code_point(text);
  if (!is_printable(point.value)) return fmt::format("U+{:04X}", point.value);
  const std::string_view glyph = point.valid ? text.substr(0, point.bytes) : "\uFFFD";
  return fmt::format("U+{:04X} '{}'", point.value, glyph);
}

size_t width(std::string_view text) {
  size_t continuations = 0;
  for (const char byte : text) continuations += (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
  return text.size() - continuations;
}

}  // namespace river::unicode
