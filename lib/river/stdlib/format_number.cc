#include <algorithm>
#include <charconv>
#include <cmath>

#include "river/stdlib/format.h"
#include "river/value.h"

namespace river::stdlib {

namespace {

bool pads_with_zeros(const FormatSpec& spec) {
  return spec.zero && !spec.minus && spec.width >= 0;
}

FormatSpec without_zeros(FormatSpec spec) {
  spec.zero = false;
  return spec;
}

std::string_view sign_of(const FormatSpec& spec, bool negative) {
  if (negative) return "-";
  if (spec.plus) return "+";
  return spec.space ? " " : "";
}

// 0x1.8p+01: one digit before the point, which is 0 for zero alone.
std::string hex_digits(double value, int precision) {
  int exponent = 0;
  auto mantissa = static_cast<uint64_t>(std::ldexp(std::frexp(value, &exponent), 53));
  exponent = value == 0 ? 0 : exponent - 1;
  if (precision >= 0 && precision < 13) {
    // Round to even at the last digit that is shown; a carry makes 1.fff into 2.000, that is 1p+1.
    const int cut = 52 - 4 * precision;
    const uint64_t rest = mantissa & ((uint64_t{1} << cut) - 1);
    const uint64_t half = uint64_t{1} << (cut - 1);
    mantissa >>= cut;
    if (rest > half || (rest == half && (mantissa & 1) != 0)) ++mantissa;
    mantissa <<= cut;
    if (mantissa >> 53 != 0) {
      mantissa >>= 1;
      ++exponent;
    }
  }
  std::string digits = fmt::format("{:013x}", mantissa & ((uint64_t{1} << 52) - 1));
  if (precision >= 0)
    digits.resize(static_cast<size_t>(precision), '0');
  else
    digits.erase(digits.find_last_not_of('0') + 1);
  return fmt::format("0x{}{}{}p{}{:02}", mantissa >> 52, digits.empty() ? "" : ".", digits,
                     exponent < 0 ? '-' : '+', std::abs(exponent));
}

// The digits of a float without a sign; Go's exponents have at least two digits, as C's.
std::string float_digits(double value, char verb, int precision) {
  switch (verb) {
    case 'b': {
      int exponent = 0;
      const double fraction = std::frexp(value, &exponent);
      // Denormal numbers have fewer than 53 significant bits and keep the lowest exponent.
      const int shift = std::max(exponent - 53, -1074);
      const auto mantissa = static_cast<uint64_t>(std::ldexp(fraction, exponent - shift));
      return value == 0 ? "0p-1074" : fmt::format("{}p{:+}", mantissa, shift);
    }
    case 'e':
      if (precision >= 0) return fmt::format("{:.{}e}", value, precision);
      break;
    case 'f':
      return precision >= 0 ? fmt::format("{:.{}f}", value, precision)
                            : number_to_text(Number::of(value));
    case 'x':
      return hex_digits(value, precision);
    default:
      if (precision >= 0) return fmt::format("{:.{}g}", value, precision);
      break;
  }
  char buffer[32];
  const auto end =
      std::to_chars(std::begin(buffer), std::end(buffer), value, std::chars_format::scientific).ptr;
  const std::string text(std::begin(buffer), end);
  if (verb == 'e' || value == 0) return verb == 'e' ? text : "0";
  // The shortest %g has an exponent below -4 and from 6 on, however many digits there are.
  int exponent = 0;
  const size_t e = text.find('e');
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), text.data() + text.size(),
                  exponent);
  return exponent < -4 || exponent >= 6 ? text : number_to_text(Number::of(value));
}

// %#g keeps the point and as many digits as the precision says, six unless given.
std::string sharpened(std::string digits, char verb, int precision) {
  const bool hexadecimal = verb == 'x' || verb == 'X';
  const size_t e = std::min(digits.find(hexadecimal ? 'p' : 'e'), digits.size());
  std::string tail = digits.substr(e);
  digits.resize(e);
  const bool point = digits.find('.') != std::string::npos;
  if (!point) digits += '.';
  if (verb == 'g' || verb == 'x') {
    // The x of 0x counts, as it does in Go.
    const size_t first = std::min(digits.find_first_of("x123456789"), digits.size());
    const auto significant =
        static_cast<int>(std::count_if(digits.begin() + static_cast<ptrdiff_t>(first), digits.end(),
                                       [](char c) { return c != '.'; }));
    const int wanted = precision < 0 ? 6 : std::max(precision, 1);
    digits.append(static_cast<size_t>(std::max(wanted - std::max(significant, 1), 0)), '0');
  }
  return digits + tail;
}

}  // namespace

void write_integer(const FormatSpec& spec, uint64_t size, bool negative, uint32_t radix, char verb,
                   std::string& out) {
  if (spec.precision == 0 && size == 0) return write_padded(without_zeros(spec), "", out);
  const std::string_view sign = sign_of(spec, negative);
  int digits_min = std::max(spec.precision, 0);
  if (spec.precision < 0 && pads_with_zeros(spec))
    digits_min = spec.width - static_cast<int>(sign.size());

  char buffer[64];
  const auto end =
      std::to_chars(std::begin(buffer), std::end(buffer), size, static_cast<int>(radix)).ptr;
  std::string digits(std::begin(buffer), end);
  if (verb == 'X')
    for (char& c : digits) c = static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);
  if (const int missing = digits_min - static_cast<int>(digits.size()); missing > 0)
    digits.insert(0, static_cast<size_t>(missing), '0');
  if (spec.sharp && radix == 2) digits.insert(0, "0b");
  if (spec.sharp && radix == 8 && digits.front() != '0') digits.insert(0, "0");
  if (spec.sharp && radix == 16) digits.insert(0, verb == 'X' ? "0X" : "0x");
  if (verb == 'O') digits.insert(0, "0o");
  digits.insert(0, sign);
  write_padded(without_zeros(spec), digits, out);
}

void write_float(const FormatSpec& spec, double value, char verb, std::string& out) {
  if (std::isnan(value)) {
    const std::string_view sign = sign_of(spec, false);
    return write_padded(without_zeros(spec), std::string(sign) + "NaN", out);
  }
  const bool negative = std::signbit(value);
  std::string sign(sign_of(spec, negative));
  if (std::isinf(value))
    return write_padded(without_zeros(spec), (sign.empty() ? "+" : sign) + "Inf", out);

  const bool upper = verb == 'E' || verb == 'G' || verb == 'X';
  char lower = verb == 'v' ? 'g' : verb;
  if (verb == 'F') lower = 'f';
  if (upper) lower = static_cast<char>(verb - 'A' + 'a');
  const bool six = (lower == 'e' || lower == 'f') && spec.precision < 0;
  const int precision = six ? 6 : spec.precision;
  std::string digits = float_digits(std::abs(value), lower, precision);
  if (spec.sharp && lower != 'b')
    digits = sharpened(std::move(digits), verb == 'X' ? verb : lower, precision);
  if (upper)
    for (char& c : digits) c = static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);

  const size_t width = spec.width < 0 ? 0 : static_cast<size_t>(spec.width);
  if (!sign.empty() && pads_with_zeros(spec) && width > digits.size() + 1) {
    out += sign;
    out.append(width - digits.size() - 1, '0').append(digits);
    return;
  }
  write_padded(spec, sign + digits, out);
}

}  // namespace river::stdlib
