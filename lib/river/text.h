#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/unicode.h"

/// Text as River sees it: bytes that are usually UTF-8, walked by code point.
namespace river {

using base::is_printable;

inline constexpr uint32_t kReplacement = 0xFFFD;

/// One code point of a text. Each byte that is not part of valid UTF-8 is a code point of its own:
/// U+FFFD of one byte, not `valid`.
struct CodePoint {
  uint32_t value = kReplacement;
  uint32_t bytes = 1;
  bool valid = false;
};

/// The code point at the start of a text that is not empty.
CodePoint first_code_point(std::string_view text);
/// U+FFFD instead of what is no character.
void append_utf8(std::string& out, uint32_t code_point);

/// Unicode White_Space.
bool is_space(uint32_t code_point);

/// Reads the escape of a Go string that `text` begins with, a backslash: a letter, \xHH, \ooo,
/// \uHHHH, \UHHHHHHHH, or the quote that encloses the string. Appends what it stands for and
/// returns its length; returns 0 and appends nothing when there is no such escape.
size_t read_escape(std::string_view text, char quote, std::string& out);

/// The value of a string token, quoted or raw, given with its quotes. Escapes
/// are decoded; a raw string loses its CRs. Backslashes that begin no escape, which
/// the lexer reported, are left out.
std::string unquote(std::string_view literal);

}  // namespace river

/// Code points as River's lexer sorts them. Each function looks at the first code point of a text,
/// which must not be empty.
namespace river::unicode {

inline constexpr uint32_t kByteOrderMark = 0xFEFF;

/// Category L* or the underscore: what an identifier may start with.
bool is_letter(std::string_view text);
/// Category Nd.
bool is_digit(std::string_view text);

/// "U+0040 '@'"; without the glyph when it is not printable.
std::string describe(std::string_view text);

/// Code points in a whole text, which may be empty; a stray byte counts as one.
size_t width(std::string_view text);

}  // namespace river::unicode
