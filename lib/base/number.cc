#include "base/number.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <limits>

#include "base/text.h"

namespace base {
namespace {

/// Whether the text is the word, in any case; the word is in lower case.
bool is_word(std::string_view text, std::string_view word) {
  if (text.size() != word.size()) return false;
  for (size_t i = 0; i < text.size(); ++i)
    if ((is_letter(text[i]) ? text[i] | 0x20 : text[i]) != word[i]) return false;
  return true;
}

}  // namespace

std::optional<double> parse_float(std::string_view text) {
  if (is_word(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  const auto with_sign = [&](double value) { return is_negative ? -value : value; };
  if (is_word(text, "inf") || is_word(text, "infinity"))
    return with_sign(std::numeric_limits<double>::infinity());
  if (text.empty() || (!is_digit(text.front()) && text.front() != '.')) return std::nullopt;

  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] =
      std::from_chars(text.data(), end, value, std::chars_format::general);
  if (stopped != end || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    value = std::strtod(std::string(text).c_str(), nullptr);  // Tells too large from too small.
    if (std::isinf(value)) return std::nullopt;
  }
  return with_sign(value);
}

void append_float(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value < 0 ? "-Inf" : "+Inf";
    return;
  }
  const double size = std::fabs(value);
  // The limits are exact: the fewest digits of a smaller number cannot round up to 1e6.
  const auto format = size == 0 || (size >= 1e-4 && size < 1e6) ? std::chars_format::fixed
                                                                : std::chars_format::scientific;
  char buffer[32];
  out.append(buffer, std::to_chars(std::begin(buffer), std::end(buffer), value, format).ptr);
}

std::string counted(uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace base
