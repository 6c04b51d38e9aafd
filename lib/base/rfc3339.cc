#include "base/rfc3339.h"

#include <fmt/format.h>

#include <chrono>

#include "base/text.h"

namespace base {
namespace {

namespace chrono = std::chrono;

/// Takes numbers and separators from the front; a mismatch is remembered and asked for once.
class TimeReader {
 public:
  TimeReader(std::string_view text, Rfc3339 kind) : rest_(text), kind_(kind) {}

  int number(size_t digits) {
    int value = 0;
    for (size_t i = 0; i < digits; ++i) {
      if (!digit_next()) {
        ok_ = false;
        return 0;
      }
      value = value * 10 + take() - '0';
    }
    return value;
  }
  /// The first of these, or in a loose text any of them.
  bool accept(std::string_view any) {
    if (rest_.empty()) return false;
    const size_t at = any.find(rest_.front());
    if (at == std::string_view::npos || (at > 0 && kind_ == Rfc3339::strict)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(std::string_view any) { ok_ = accept(any) && ok_; }
  int64_t fraction_ns() {
    int64_t ns = 0;
    int digits = 0;
    for (; digit_next(); ++digits) {
      const char c = take();
      if (digits < 9) ns = ns * 10 + (c - '0');
    }
    if (digits == 0) ok_ = false;
    for (; digits < 9; ++digits) ns *= 10;
    return ns;
  }
  int64_t offset_minutes() {
    if (accept("Zz")) return 0;
    const int sign = accept("-") ? -1 : 1;
    if (sign > 0) expect("+");
    const int hours = number(2);
    if (!accept(":") && kind_ == Rfc3339::strict) ok_ = false;
    const int minutes = number(2);
    if (hours > 23 || minutes > 59) ok_ = false;
    return sign * (hours * 60 + minutes);
  }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  bool digit_next() const { return !rest_.empty() && is_digit(rest_.front()); }
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  std::string_view rest_;
  Rfc3339 kind_;
  bool ok_ = true;
};

}  // namespace

std::optional<int64_t> parse_rfc3339(std::string_view text, Rfc3339 kind) {
  TimeReader in(text, kind);
  const int year = in.number(4);
  in.expect("-");
  const int month = in.number(2);
  in.expect("-");
  const int day = in.number(2);
  in.expect("Tt ");
  const int hour = in.number(2);
  in.expect(":");
  const int minute = in.number(2);
  in.expect(":");
  const int second = in.number(2);
  const int64_t fraction = in.accept(".,") ? in.fraction_ns() : 0;
  const int64_t offset = in.offset_minutes();
  const chrono::year_month_day date{chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day))};
  if (!in.done() || !date.ok() || year < 1678 || year > 2261 || hour > 23 || minute > 59 ||
      second > 60)
    return std::nullopt;
  const int64_t days = chrono::sys_days(date).time_since_epoch().count();
  return (((days * 24 + hour) * 60 + minute - offset) * 60 + second) * 1'000'000'000 + fraction;
}

std::string format_rfc3339(int64_t ns) {
  const chrono::sys_time<chrono::nanoseconds> time{chrono::nanoseconds(ns)};
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

}  // namespace base
