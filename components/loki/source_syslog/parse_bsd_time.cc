#include <chrono>
#include <cstdlib>

#include "base/text.h"
#include "components/loki/source_syslog/parse.h"

namespace components::loki::source_syslog {
namespace {

namespace chrono = std::chrono;
constexpr int64_t kSecond = 1'000'000'000;
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

using base::is_digit;

/// Reads numbers and separators off a text; any mismatch spoils it.
class NumberReader {
 public:
  explicit NumberReader(std::string_view text) : rest_(text) {}

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
  /// ":123 ", as Comware writes them.
  int64_t milliseconds() {
    expect(':');
    const int64_t value = int64_t{number(3)} * (kSecond / 1000);
    return rest_.starts_with(' ') ? value : fail();
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

bool is_time_of_day(int hour, int minute, int second) {
  return hour <= 23 && minute <= 59 && second <= 60;  // With a leap second.
}

std::optional<int64_t> nanoseconds(int year, unsigned month, unsigned day, int hour, int minute,
                                   int second, int64_t fraction) {
  const chrono::year_month_day date{chrono::year(year), chrono::month(month), chrono::day(day)};
  if (!date.ok() || !is_time_of_day(hour, minute, second)) return std::nullopt;
  const int64_t days = chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + hour) * 60 + minute) * 60 * kSecond + second * kSecond + fraction;
}

/// Seconds from 1970 fit int64 nanoseconds from 1678 to 2261 only.
bool fits(int year) {
  return year >= 1700 && year <= 2260;
}

/// Abbreviations with one meaning only, with seconds east of UTC.
struct Zone {
  std::string_view name;
  int offset_s;
};
constexpr int kHour = 3600;
constexpr Zone kZones[] = {{"UTC", 0},           {"GMT", 0},           {"Z", 0},
                           {"WET", 0},           {"WEST", kHour},      {"CET", kHour},
                           {"CEST", 2 * kHour},  {"EET", 2 * kHour},   {"EEST", 3 * kHour},
                           {"MSK", 3 * kHour},   {"EST", -5 * kHour},  {"EDT", -4 * kHour},
                           {"CDT", -5 * kHour},  {"MDT", -6 * kHour},  {"MST", -7 * kHour},
                           {"PST", -8 * kHour},  {"PDT", -7 * kHour},  {"JST", 9 * kHour},
                           {"AEST", 10 * kHour}, {"AEDT", 11 * kHour}, {"NZST", 12 * kHour},
                           {"NZDT", 13 * kHour}};

bool is_year(std::string_view text) {
  return text.size() >= 4 && (text.starts_with("19") || text.starts_with("20")) &&
         is_digit(text[2]) && is_digit(text[3]);
}

struct BsdTime {
  int year = 0;  // 0: not written
  unsigned month = 0, day = 0;
  int hour = 0, minute = 0, second = 0;
  int64_t fraction = 0;
  int offset_s = 0;  // East of UTC.
  size_t size = 0;   // 0: not one
};

/// SP NAME of a zone in front of Cisco's ": %": IOS takes any word for one. Its time counts as UTC.
size_t unknown_zone_size(std::string_view rest) {
  constexpr size_t kNameMax = 8;
  const size_t end = rest.find(": %");
  if (end > kNameMax || end < 2 || rest[0] != ' ' || is_digit(rest[1])) return 0;
  for (const char c : rest.substr(1, end - 1))
    if (!is_digit(c) && !(c >= 'A' && c <= 'Z')) return 0;
  return end;
}

/// [SP YEAR] ["+01:00" | SP "CET"], each up to a blank, Cisco's colon or the end. The host name
/// behind a time may be an address: "2001:db8::1" is no year.
void read_year_and_zone(std::string_view rest, BsdTime& time) {
  const auto ends = [&](size_t at) {
    return at == rest.size() || rest[at] == ' ' || rest.substr(at) == ":" ||
           rest.substr(at).starts_with(": ");
  };
  const auto take = [&](size_t size) {
    time.size += size;
    rest.remove_prefix(size);
  };
  if (time.year == 0 && rest.starts_with(' ') && is_year(rest.substr(1)) && ends(5)) {
    time.year =
        (rest[1] - '0') * 1000 + (rest[2] - '0') * 100 + (rest[3] - '0') * 10 + rest[4] - '0';
    take(5);
  }
  const size_t sign = rest.starts_with(' ') ? 1 : 0;
  if (rest.size() > sign && (rest[sign] == '+' || rest[sign] == '-')) {
    NumberReader in(rest.substr(sign + 1));
    const int hours = in.number(2);
    in.accept(':');
    const int minutes = in.number(2);
    const size_t size = rest.size() - in.rest().size();
    if (!in.ok() || hours > 14 || minutes > 59 || !ends(size)) return;
    time.offset_s = (rest[sign] == '-' ? -1 : 1) * (hours * kHour + minutes * 60);
    return take(size);
  }
  for (const Zone& zone : kZones) {
    const bool is_suffix = zone.name == "Z";
    if (!is_suffix && sign == 0) continue;
    const size_t begin = is_suffix ? 0 : 1;
    if (!rest.substr(std::min(begin, rest.size())).starts_with(zone.name)) continue;
    if (!ends(begin + zone.name.size())) continue;
    time.offset_s = zone.offset_s;
    return take(begin + zone.name.size());
  }
  take(unknown_zone_size(rest));
}

/// "Sat ", which ctime(3) writes before the month.
bool begins_with_weekday(std::string_view text) {
  constexpr std::string_view kDays = "MonTueWedThuFriSatSun";
  const size_t at = text.size() < 4 || text[3] != ' ' ? kDays.npos : kDays.find(text.substr(0, 3));
  return at != kDays.npos && at % 3 == 0;
}

/// Sophos UTM writes "2026:11:27-10:00:34".
BsdTime read_with_colons(std::string_view text) {
  NumberReader in(text);
  BsdTime time;
  time.year = in.number(4);
  in.expect(':');
  time.month = static_cast<unsigned>(in.number(2));
  in.expect(':');
  time.day = static_cast<unsigned>(in.number(2));
  in.expect('-');
  time.hour = in.number(2);
  in.expect(':');
  time.minute = in.number(2);
  in.expect(':');
  time.second = in.number(2);
  if (in.ok()) time.size = text.size() - in.rest().size();
  return time;
}

BsdTime read_bsd_fields(std::string_view text) {
  if (is_year(text) && text.substr(4).starts_with(':')) return read_with_colons(text);
  const size_t weekday_bytes = begins_with_weekday(text) ? 4 : 0;
  NumberReader in(text.substr(weekday_bytes));
  BsdTime time;
  if (is_year(in.rest())) {  // NX-OS writes "2026 Nov 27 10:00:34".
    time.year = in.number(4);
    in.expect(' ');
  }
  time.month = in.month();
  in.expect(' ');
  const bool padded = in.accept(' ');
  const bool two_digits = in.rest().size() > 1 && is_digit(in.rest()[1]);
  time.day = static_cast<unsigned>(in.number(!padded && two_digits ? 2 : 1));
  in.expect(' ');
  // Firewalls write "Nov 27 2026 10:00:34".
  if (time.year == 0 && in.rest().size() > 4 && in.rest()[2] != ':' && in.rest()[4] == ' ') {
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
  else if (in.rest().size() > 1 && in.rest()[0] == ':' && is_digit(in.rest()[1]))
    time.fraction = in.milliseconds();
  if (!in.ok()) return time;
  time.size = text.size() - in.rest().size();
  read_year_and_zone(in.rest(), time);
  return time;
}

/// A day that no calendar has, as "Nov 31", makes it no time: it stays in the text.
BsdTime read_bsd(std::string_view text) {
  constexpr int kLeapYear = 2024;
  const BsdTime time = read_bsd_fields(text);
  const int year = time.year == 0 ? kLeapYear : time.year;
  if (time.size > 0 && is_time_of_day(time.hour, time.minute, time.second) &&
      chrono::year_month_day{chrono::year(year), chrono::month(time.month), chrono::day(time.day)}
          .ok())
    return time;
  return {};
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
    const auto written = nanoseconds(time.year, time.month, time.day, time.hour, time.minute,
                                     time.second, time.fraction);
    return written ? std::optional(*written - time.offset_s * kSecond) : std::nullopt;
  }
  std::optional<int64_t> best;
  // 29 February exists in some years only: then it is the last one.
  for (const int away : {0, -1, 1, -2, -3, -4, -5, -6, -7, -8}) {
    if (best && away < -1) break;
    const int year = this_year + away;
    auto candidate =
        nanoseconds(year, time.month, time.day, time.hour, time.minute, time.second, time.fraction);
    if (!fits(year) || !candidate) continue;
    *candidate -= time.offset_s * kSecond;
    if (!best || std::llabs(*candidate - now_ns) < std::llabs(*best - now_ns)) best = candidate;
  }
  return best;
}

size_t bsd_time_size(std::string_view text) {
  return read_bsd(text).size;
}

}  // namespace components::loki::source_syslog
