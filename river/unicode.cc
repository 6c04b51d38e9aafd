#include "river/unicode.h"

#include <fmt/format.h>
#include <re2/re2.h>

namespace river::unicode {
namespace {

constexpr bool is_continuation(char byte) {
  return (static_cast<uint8_t>(byte) & 0xC0) == 0x80;
}

struct Shape {
  uint8_t size;
  uint32_t first_bits;
  uint32_t value_min;  // Smaller values are overlong spellings.
};

constexpr Shape shape_of(uint8_t lead) {
  if (lead < 0x80) return {1, lead, 0};
  if (lead >= 0xC2 && lead < 0xE0) return {2, lead & 0x1Fu, 0x80};
  if (lead >= 0xE0 && lead < 0xF0) return {3, lead & 0x0Fu, 0x800};
  if (lead >= 0xF0 && lead < 0xF5) return {4, lead & 0x07u, 0x10000};
  return {0, 0, 0};
}

constexpr bool is_scalar(uint32_t value) {
  return value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
}

// RE2 knows the general categories; letters beyond ASCII are rare enough to ask it.
bool in_category(std::string_view glyph, const RE2& category) {
  return RE2::FullMatch(re2::StringPiece(glyph.data(), glyph.size()), category);
}

bool is_printable(CodePoint point, std::string_view text) {
  static const RE2 kPrintable("[\\pL\\pM\\pN\\pP\\pS ]");
  if (!point.valid) return true;  // Shown as the replacement character.
  return in_category(text.substr(0, point.size), kPrintable);
}

}  // namespace

CodePoint decode(std::string_view text) {
  const Shape shape = shape_of(static_cast<uint8_t>(text[0]));
  if (shape.size == 0 || text.size() < shape.size) return {};
  uint32_t value = shape.first_bits;
  for (size_t i = 1; i < shape.size; ++i) {
    if (!is_continuation(text[i])) return {};
    value = value << 6 | (static_cast<uint8_t>(text[i]) & 0x3Fu);
  }
  if (value < shape.value_min || !is_scalar(value)) return {};
  return {value, shape.size, true};
}

bool is_letter(CodePoint point, std::string_view text) {
  static const RE2 kLetter("\\pL|_");
  return point.valid && in_category(text.substr(0, point.size), kLetter);
}

bool is_digit(CodePoint point, std::string_view text) {
  static const RE2 kDigit("\\p{Nd}");
  return point.valid && in_category(text.substr(0, point.size), kDigit);
}

std::string describe(CodePoint point, std::string_view text) {
  if (!is_printable(point, text)) return fmt::format("U+{:04X}", point.value);
  const std::string_view glyph = point.valid ? text.substr(0, point.size) : "\uFFFD";
  return fmt::format("U+{:04X} '{}'", point.value, glyph);
}

size_t width(std::string_view text) {
  size_t continuations = 0;
  for (const char byte : text) continuations += is_continuation(byte);
  return text.size() - continuations;
}

}  // namespace river::unicode
