#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace telemetry {

/// One character taken from the front of a text.
struct Utf8Char {
  uint32_t code_point = 0xFFFD;
  size_t size = 1;     ///< bytes it takes; 1 for a byte that is not UTF-8
  bool valid = false;  ///< false: overlong, surrogate, truncated or beyond U+10FFFF
};

/// The first character of `text`, which must not be empty.
Utf8Char first_utf8(std::string_view text);

/// Whether all of it is UTF-8. One pass; ASCII is the quick way.
bool is_utf8(std::string_view text);

void append_utf8(std::string& out, uint32_t code_point);

}  // namespace telemetry
