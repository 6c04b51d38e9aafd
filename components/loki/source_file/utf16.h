#pragma once
#include <string>
#include <string_view>

namespace components::loki::source_file {

/// Bytes up to and with the last line feed of UTF-16 text that starts at a code unit; 0 for none.
size_t utf16_lines_size(std::string_view bytes, bool big_endian);

/// UTF-8 of UTF-16 text; unpaired surrogates become U+FFFD, an odd last byte is ignored.
std::string utf8_from_utf16(std::string_view bytes, bool big_endian);

}  // namespace components::loki::source_file
