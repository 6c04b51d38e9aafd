#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

#include "base/text.h"
#include "river/number.h"
#include "river/stdlib/yaml.h"

namespace river::stdlib {

namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

struct Radix {
  int base = 10;
  size_t prefix = 0;
};

Radix radix_of(std::string_view digits) {
  if (digits.starts_with("0x") || digits.starts_with("0X")) return {16, 2};
  if (digits.starts_with("0o") || digits.starts_with("0O")) return {8, 2};
  if (digits.starts_with("0b") || digits.starts_with("0B")) return {2, 2};
  if (digits.size() > 1 && digits.front() == '0') return {8, 1};
  return {};
}

std::optional<Number> integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || !base::is_digit(text.front())) return std::nullopt;
  const Radix radix = radix_of(text);
  text.remove_prefix(radix.prefix);
  uint64_t size = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), size, radix.base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (negative) return size <= kMax + 1 ? std::optional(negate(Number::of(size))) : std::nullopt;
  return size <= kMax ? Number::of(static_cast<int64_t>(size)) : Number::of(size);
}

std::optional<Number> floating(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const double sign = negative ? -1 : 1;
  if (is_one_of(text, {".inf", ".Inf", ".INF"}))
    return Number::of(sign * std::numeric_limits<double>::infinity());
  const size_t first = text.starts_with('.') ? 1 : 0;
  if (first >= text.size() || !base::is_digit(text[first])) return std::nullopt;
  const auto value = parse_double(text);
  if (!value) return std::nullopt;
  return Number::of(sign * *value);
}

/// Reads a timestamp from left to right: each step takes what it expects or spoils the whole.
class Clock {
 public:
  explicit Clock(std::string_view text) : rest_(text) {}

  // YYYY-M-D, then nothing, or T, t or a space with H:M:S[.fraction] and, after T, a zone.
  std::optional<std::string> rfc3339() {
    std::string out = date();
    if (!ok_) return std::nullopt;
    if (rest_.empty()) return out + "T00:00:00Z";
    const bool zoned = rest_.starts_with('T') || rest_.starts_with('t');
    if (!zoned && !rest_.starts_with(' ')) return std::nullopt;
    rest_.remove_prefix(1);
    out += "T";
    out += number(1, 2, 23);
    take(':');
    out += ":";
    out += number(1, 2, 59);
    take(':');
    out += ":";
    out += number(1, 2, 59);
    out += fraction();
    out += zoned ? zone() : "Z";
    if (!ok_ || !rest_.empty()) return std::nullopt;
    return out;
  }

 private:
  void take(char c) {
    ok_ = ok_ && rest_.starts_with(c);
    if (ok_) rest_.remove_prefix(1);
  }

  std::string date() {
    const std::string year = number(4, 4);
    take('-');
    const std::string month = number(1, 2);
    take('-');
    const std::string day = number(1, 2);
    if (!ok_) return {};
    const auto value = [](const std::string& digits) {
      int v = 0;
      std::from_chars(digits.data(), digits.data() + digits.size(), v);
      return v;
    };
    const std::chrono::year_month_day date(std::chrono::year(value(year)),
                                           std::chrono::month(static_cast<unsigned>(value(month))),
                                           std::chrono::day(static_cast<unsigned>(value(day))));
    ok_ = date.ok();
    return year + "-" + month + "-" + day;
  }

  size_t count_digits() const {
    return static_cast<size_t>(std::find_if_not(rest_.begin(), rest_.end(), base::is_digit) -
                               rest_.begin());
  }

  // At least two digits are written, whatever was read.
  std::string number(size_t digits_min, size_t digits_max, int value_max = 9999) {
    const size_t count = std::min(count_digits(), digits_max);
    int value = 0;
    std::from_chars(rest_.data(), rest_.data() + count, value);
    ok_ = ok_ && count >= digits_min && value <= value_max;
    if (!ok_) return {};
    rest_.remove_prefix(count);
    return fmt::format("{:0{}}", value, std::max<size_t>(digits_min, 2));
  }

  std::string fraction() {
    if (!rest_.starts_with('.')) return {};
    rest_.remove_prefix(1);
    std::string digits(rest_.substr(0, count_digits()));
    ok_ = ok_ && !digits.empty();
    rest_.remove_prefix(digits.size());
    digits.resize(std::min<size_t>(digits.size(), 9));
    while (digits.ends_with('0')) digits.pop_back();
    return digits.empty() ? "" : "." + digits;
  }

  std::string zone() {
    if (rest_ == "Z") {
      rest_ = {};
      return "Z";
    }
    const std::string sign(rest_.substr(0, 1));
    take(sign == "-" ? '-' : '+');
    const std::string hours = number(2, 2, 23);
    take(':');
    const std::string minutes = number(2, 2, 59);
    return hours == "00" && minutes == "00" ? "Z" : sign + hours + ":" + minutes;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

Value yaml_plain_scalar(const std::string& text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return {};
  if (is_one_of(text, {"true", "True", "TRUE"})) return Value::boolean(true);
  if (is_one_of(text, {"false", "False", "FALSE"})) return Value::boolean(false);
  if (is_one_of(text, {".nan", ".NaN", ".NAN"}))
    return Value::number(std::numeric_limits<double>::quiet_NaN());
  if (!base::is_digit(text.front()) && !is_one_of(text.substr(0, 1), {"+", "-", "."}))
    return Value::string(text);
  if (const auto time = Clock(text).rfc3339()) return Value::string(*time);
  std::string plain = text;
  std::erase(plain, '_');
  if (const auto number = integer(plain)) return Value::number(*number);
  if (const auto number = floating(plain)) return Value::number(*number);
  return Value::string(text);
}

}  // namespace river::stdlib
