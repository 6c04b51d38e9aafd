#include "river/unicode.h"

#include <fmt/format.h>
#include <re2/re2.h>

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
