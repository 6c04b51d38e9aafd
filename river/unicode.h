#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Code points as River's lexer sees them.
namespace river::unicode {

inline constexpr uint32_t kReplacement = 0xFFFD;
inline constexpr uint32_t kByteOrderMark = 0xFEFF;

struct CodePoint {
  uint32_t value = kReplacement;
  uint8_t size = 1;    ///< bytes; 1 for a byte that is no part of valid UTF-8
  bool valid = false;  ///< false: one illegal byte, read as U+FFFD
};

/// The code point at the start of `text`, which must not be empty.
CodePoint decode(std::string_view text);

/// Category L* or the underscore; what an identifier may start with.
bool is_letter(CodePoint point, std::string_view text);
/// Category Nd.
bool is_digit(CodePoint point, std::string_view text);

/// "U+0040 '@'"; without the glyph when it is not printable.
std::string describe(CodePoint point, std::string_view text);

/// Code points in a text; a stray byte counts as one.
size_t width(std::string_view text);

}  // namespace river::unicode
