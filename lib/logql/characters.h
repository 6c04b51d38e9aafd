#pragma once
#include <string>
#include <string_view>

/// Letters and digits of query languages: ASCII, whatever the locale.
namespace logql {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/// What a name is made of. It does not begin with a digit.
constexpr bool is_name(char c) {
  return is_letter(c) || is_digit(c) || c == '_';
}
/// A byte of a UTF-8 sequence that is not its first.
constexpr bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}
constexpr char small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// `text` is `keyword` (given in small letters), in letters of any size.
constexpr bool is_keyword(std::string_view text, std::string_view keyword) {
  if (text.size() != keyword.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (small(text[i]) != keyword[i]) return false;
  }
  return true;
}

inline std::string in_small_letters(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = small(c);
  return result;
}

}  // namespace logql
