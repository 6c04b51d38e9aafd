#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "river/text.h"

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
