#include "logql/quantity.h"

#include <algorithm>

#include "logql/characters.h"

namespace logql {
namespace {

bool is_hex(char c) {
  return is_digit(c) || (small(c) >= 'a' && small(c) <= 'f');
}

/// Takes digits, with single underscores between them. Gives whether there were any.
bool take_digits(std::string_view& text, bool (*is)(char)) {
  size_t end = 0;
  while (end < text.size() && (is(text[end]) || (end > 0 && text[end] == '_' &&
                                                 text[end - 1] != '_' && end + 1 < text.size()))) {
    ++end;
  }
  text.remove_prefix(end);
  return end > 0;
}
bool decimal(char c) {
  return is_digit(c);
}

bool take_one_of(std::string_view& text, std::string_view letters) {
  if (text.empty() || letters.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// digits [ "." [ digits ] ] | "." digits
bool take_decimal(std::string_view& text) {
  const bool whole = take_digits(text, decimal);
  const bool point = take_one_of(text, ".");
  const bool fraction = point && take_digits(text, decimal);
  return whole || fraction;
}

bool is_number(std::string_view text) {
  if (is_keyword(text, "inf") || is_keyword(text, "nan")) return true;
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) {
    text.remove_prefix(2);
    if (!take_digits(text, is_hex)) return false;
  } else if (!take_decimal(text)) {
    return false;
  }
  if (take_one_of(text, hex ? "pP" : "eE")) {
    take_one_of(text, "+-");
    if (!take_digits(text, decimal)) return false;
  }
  return text.empty();
}

/// { decimal unit }
bool is_duration(std::string_view text) {
  // Longer units come before those they begin with.
  constexpr std::string_view kUnits[] = {"ns", "us", "µs", "μs", "ms", "s",
                                         "m",  "h",  "d",  "w",  "y"};
  while (!text.empty()) {
    if (!take_decimal(text)) return false;
    const auto* unit = std::ranges::find_if(
        kUnits, [&](std::string_view candidate) { return text.starts_with(candidate); });
    if (unit == std::end(kUnits)) return false;
    text.remove_prefix(unit->size());
  }
  return true;
}

/// decimal [ "k" | "m" | "g" | "t" | "p" | "e" ] [ "i" ] [ "b" ], in letters of any size
bool is_bytes(std::string_view text) {
  if (!take_decimal(text)) return false;
  if (is_keyword(text, "b")) return true;
  if (!take_one_of(text, "kmgtpeKMGTPE")) return false;
  take_one_of(text, "iI");
  return text.empty() || is_keyword(text, "b");
}

}  // namespace

Quantity quantity(std::string_view word) {
  if (word.empty()) return Quantity::none;
  if (is_number(word)) return Quantity::number;
  if (is_duration(word)) return Quantity::duration;
  return is_bytes(word) ? Quantity::bytes : Quantity::none;
}

}  // namespace logql
