#include "components/loki/source_syslog/timestamps.h"

#include <chrono>
#include <cstdlib>

#include "base/text.h"

namespace components::loki::source_syslog {
namespace {

namespace chrono = std::chrono;
constexpr int64_t kSecond = 1'000'000'000;
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

using base::is_digit;

/// Reads numbers and separators off a text; any mismatch spoils it.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int number(size_t digits) {
    int value = 0;
    for (size_t i = 0; i < digits; ++i) {
      if (rest_.empty() || !is_digit(rest_[0])) return fail();
      value = value * 10 + (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }
  void expect(char c) {
    if (rest_.empty() || rest_[0] != c) {
      fail();
      return;
    }
    rest_.remove_prefix(1);
  }
  bool accept(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Digits after a point (or comma) as nanoseconds; 0 when there is no point.
  int64_t fraction() {
    if (!accept('.') && !accept(',')) return 0;
    if (rest_.empty() || !is_digit(rest_[0])) return fail();
    int64_t value = 0, unit = kSecond;
    for (; !rest_.empty() && is_digit(rest_[0]); rest_.remove_prefix(1)) {
      unit /= 10;
      value += (rest_[0] - '0') * unit;
    }
    return value;
  }
  unsigned month() {
    const size_t at = rest_.size() < 3 ? kMonths.npos : kMonths.find(rest_.substr(0, 3));
    if (at == kMonths.npos || at % 3 != 0) return static_cast<unsigned>(fail());
    rest_.remove_prefix(3);
    return static_cast<unsigned>(at / 3 + 1);
  }
  bool ok() const { return ok_; }
  std::string_view rest() const { return rest_; }

 private:
  int fail() {
    ok_ = false;
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<int64_t> nanoseconds(int year, unsigned month, unsigned day, int hour, int minute,
                                   int second, int64_t fraction) {
  const chrono::year_month_day date{chrono::year(year), chrono::month(month), chrono::day(day)};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const int64_t days = chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + hour) * 60 + minute) * 60 * kSecond + second * kSecond + fraction;
}

/// Seconds from 1970 fit int64 nanoseconds from 1678 to 2261 only.
bool fits(int year) {
  return year >= 1700 && year <= 2260;
}

struct BsdTime {
  int year = 0;  // 0: not written
  unsigned month = 0, day = 0;
  int hour = 0, minute = 0, second = 0;
  int64_t fraction = 0;
  size_t size = 0;  // 0: not one
};

BsdTime read_bsd(std::string_view text) {
  Reader in(text);
  BsdTime time;
  time.month = in.month();
  in.expect(' ');
  const bool padded = in.accept(' ');
  const bool two_digits = in.rest().size() > 1 && is_digit(in.rest()[1]);
  time.day = static_cast<unsigned>(in.number(!padded && two_digits ? 2 : 1));
  in.expect(' ');
  // Firewalls write "Nov 27 2026 10:00:34".
  if (in.rest().size() > 4 && in.rest()[2] != ':' && in.rest()[4] == ' ') {
    time.year = in.number(4);
    in.expect(' ');
  }
  time.hour = in.number(2);
  in.expect(':');
  time.minute = in.number(2);
  in.expect(':');
  time.second = in.number(2);
  if (in.rest().size() > 1 && in.rest()[0] == '.' && is_digit(in.rest()[1]))
    time.fraction = in.fraction();
  if (in.ok()) time.size = text.size() - in.rest().size();
  return time;
}

}  // namespace

std::optional<int64_t> parse_bsd_time(std::string_view text, int64_t now_ns) {
  const BsdTime time = read_bsd(text);
  if (time.size == 0) return std::nullopt;
  const auto today = chrono::floor<chrono::days>(
      chrono::sys_time<chrono::nanoseconds>(chrono::nanoseconds(now_ns)));
  const int this_year = static_cast<int>(chrono::year_month_day(today).year());
  if (time.year != 0) {
    if (!fits(time.year)) return std::nullopt;
    return nanoseconds(time.year, time.month, time.day, time.hour, time.minute, time.second,
                       time.fraction);
  }
  std::optional<int64_t> best;
  for (const int year : {this_year, this_year - 1, this_year + 1}) {
    const auto candidate =
        nanoseconds(year, time.month, time.day, time.hour, time.minute, time.second, time.fraction);
    if (!fits(year) || !candidate) continue;  // 29 February exists in some years only.
    if (!best || std::llabs(*candidate - now_ns) < std::llabs(*best - now_ns)) best = candidate;
  }
  return best;
}

size_t bsd_time_size(std::string_view text) {
  return read_bsd(text).size;
}

}  // namespace components::loki::source_syslog
