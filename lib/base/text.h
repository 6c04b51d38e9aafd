#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Characters, words, UTF-8 and the two kinds of escapes that every layer writes.
namespace base {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
/// A letter of ASCII.
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/// What names are made of: a letter of ASCII, a digit or an underscore.
constexpr bool is_word(char c) {
  return is_letter(c) || is_digit(c) || c == '_';
}
/// Blank, tab, line feed, vertical tab, form feed or carriage return.
constexpr bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// In small letters: of ASCII only, whatever the locale.
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string to_lower(std::string_view text);
/// Whether the texts are the same but for the case of letters of ASCII.
bool equal_in_any_case(std::string_view a, std::string_view b);

/// The text without is_space() at both ends.
constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Whether the text is a label name as Prometheus first defined it: [a-zA-Z_][a-zA-Z0-9_]*.
constexpr bool is_label_name(std::string_view text) {
  if (text.empty() || is_digit(text.front())) return false;
  for (const char c : text)
    if (!is_word(c)) return false;
  return true;
}

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

/// Appends the text as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace base
