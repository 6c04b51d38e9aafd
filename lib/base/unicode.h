#pragma once
#include <cstdint>
#include <string>
#include <string_view>

/// Characters beyond ASCII, and texts as Go's %q quotes them. The tables are those of the C library
/// for the locale C.UTF-8, whatever locale the process runs in; a machine without it (glibc before
/// 2.35 may lack it) knows the case of ASCII letters only.
namespace base {

/// As Go understands it: letters, marks, numbers, punctuation, symbols and the plain space.
bool is_printable(uint32_t code_point);

/// Simple case mapping of Unicode, one code point to one.
uint32_t to_upper_code_point(uint32_t code_point);
uint32_t to_lower_code_point(uint32_t code_point);

/// Appends the text as Go's %q writes it: in double quotes, with \a\b\f\n\r\t\v\\\" escaped, other
/// characters that do not print as \x7f, \u00a0 or \U000e0001, bytes that are not UTF-8 as \xff.
void append_quoted(std::string& out, std::string_view text);

}  // namespace base
