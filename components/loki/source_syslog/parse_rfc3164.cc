#include <algorithm>
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

namespace {

constexpr size_t kTagSizeMax = 128;

void skip_spaces(std::string_view& rest) {
  size_t at = 0;
  while (at < rest.size() && rest[at] == ' ') ++at;
  rest.remove_prefix(at);
}

/// DIGITS ":" SP, as Cisco writes counters.
std::string_view take_counter(std::string_view& rest) {
  size_t at = 0;
  while (at < rest.size() && is_digit(rest[at])) ++at;
  if (at == 0 || at >= rest.size() || rest[at] != ':') return {};
  const std::string_view number = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  skip_spaces(rest);
  return number;
}

bool is_alphanumeric(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// A word that can be a host name or an address.
bool is_host_name(std::string_view text) {
  constexpr std::string_view kMarks = "_.-:%";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80 ||
           kMarks.find(c) != kMarks.npos;
  }) && std::any_of(text.begin(), text.end(), is_alphanumeric);
}

/// Whether a time comes next, which Cisco marks when its clock is not set.
bool begins_with_time(std::string_view rest) {
  if (rest.starts_with('*') || rest.starts_with('.')) rest.remove_prefix(1);
  return bsd_time_size(rest) > 0;
}

/// NAME ":" SP: where a message comes from.
std::string_view take_origin(std::string_view& rest) {
  const size_t end = std::min(rest.find(": "), rest.size());
  const std::string_view name = rest.substr(0, end);
  if (end == rest.size() || !is_host_name(name) || std::all_of(name.begin(), name.end(), is_digit))
    return {};
  rest.remove_prefix(end + 2);
  skip_spaces(rest);
  return name;
}

/// An origin, when a time follows, or a sequence number and a time: IOS writes both orders.
std::string_view take_cisco_hostname(std::string_view& rest) {
  std::string_view after = rest;
  const std::string_view name = take_origin(after);
  std::string_view time = after;
  take_counter(time);
  if (name.empty() || !begins_with_time(time)) return {};
  rest = after;
  return name;
}

std::string_view take_timestamp(std::string_view& rest) {
  for (const std::string_view mark : {"*", ".", ": "})  // Cisco's.
    if (rest.starts_with(mark) && bsd_time_size(rest.substr(mark.size())) > 0)
      rest.remove_prefix(mark.size());
  size_t size = bsd_time_size(rest);
  if (size == 0) size = iso_time(rest).size;
  const std::string_view timestamp = rest.substr(0, size);
  rest.remove_prefix(size);
  // Cisco ends it with a colon.
  if (size > 0 && rest.starts_with(": ")) rest.remove_prefix(1);
  skip_spaces(rest);
  return timestamp;
}

/// RFC 3164 has alphanumeric tags; real ones are names of programs, units and log sources. Quotes,
/// braces and "=" are in none: they begin a text in JSON or in key=value form.
bool is_tag(std::string_view text, bool may_have_colon = false) {
  constexpr std::string_view kMarks = "_./-@%+#()$~*,\\";
  bool has_letter = false;
  for (const char c : text) {
    const bool high = static_cast<unsigned char>(c) >= 0x80;  // A name in UTF-8.
    const bool is_mark = kMarks.find(c) != kMarks.npos || (c == ':' && may_have_colon);
    if (!is_alphanumeric(c) && !high && !is_mark) return false;
    has_letter = has_letter || high || (is_alphanumeric(c) && !is_digit(c));
  }
  return has_letter;  // Digits are a counter, or an address.
}

bool is_pid(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c <= '~' && c != '['; });
}

/// TAG ["[" PID "]"] ":" at the start of `rest`; false when there is none.
bool take_tag(std::string_view& rest, Message& message) {
  size_t end = rest.substr(0, kTagSizeMax).find_first_of(" :[");
  if (end == rest.npos || end == 0 || rest[end] == ' ') return false;
  // Docker's may be the name of an image, "registry:5000/app[12]:".
  const std::string_view word = rest.substr(0, std::min(rest.find(' '), kTagSizeMax));
  const bool is_image = rest[end] == ':' && word.ends_with("]:") && word.find('[') != word.npos;
  if (is_image) end = word.find('[');
  size_t after = end;
  std::string_view pid;
  if (rest[end] == '[') {
    const size_t close = rest.substr(0, kTagSizeMax).find(']', end);
    if (close == rest.npos) return false;
    pid = rest.substr(end + 1, close - end - 1);
    after = close + 1;
  }
  const bool at_end = after == rest.size();
  if (!at_end && rest[after] != ':') return false;
  if (at_end && pid.empty()) return false;
  // "10:20" or "C:\x" are no tags: the colon is followed by a space or by nothing.
  if (!at_end && after + 1 < rest.size() && rest[after + 1] != ' ') return false;
  if (!is_tag(rest.substr(0, end), is_image) || !is_pid(pid)) return false;
  message.app_name = rest.substr(0, end);
  message.proc_id = pid;
  rest.remove_prefix(at_end ? after : after + 1);
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  return true;
}

/// A host name and a relay or a sender, as syslog-ng ("src@host"), rsyslog ("relay/host") and
/// firewalls ("fw/context") write them; no path.
bool is_host_chain(std::string_view text) {
  std::string name(text);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '/' || c == '@'; }, '-');
  return !text.empty() && is_alphanumeric(text.front()) && is_host_name(name);
}

/// 1*(DIGIT ":" SP), also with an origin before, between or behind, in front of a time: sequence
/// numbers that a listener was not configured for.
size_t counters_size(std::string_view rest) {
  const size_t whole = rest.size();
  constexpr int kWordsMax = 3;
  bool has_number = false, has_origin = false;
  for (int words = 0; words < kWordsMax; ++words) {
    if (!take_counter(rest).empty())
      has_number = true;
    else if (!has_origin && !take_origin(rest).empty())
      has_origin = true;
    else
      break;
  }
  return has_number && begins_with_time(rest) ? whole - rest.size() : 0;
}

/// What AIX and others put in front when they forward: "Message forwarded from HOST: ".
bool take_forwarder(std::string_view& rest, Message& message) {
  constexpr std::string_view kWords = "Message forwarded from ";
  if (!rest.starts_with(kWords)) return false;
  const std::string_view after = rest.substr(kWords.size());
  const size_t end = after.find(": ");
  if (end == after.npos || !is_host_name(after.substr(0, end))) return false;
  message.hostname = after.substr(0, end);
  rest = after.substr(end + 2);
  return true;
}

/// Without a host name in front of them.
bool is_repetition(std::string_view text) {
  return text.starts_with("last message repeated ") || text.starts_with("message repeated ") ||
         text.starts_with("--- last message repeated ");
}

}  // namespace

bool parse_rfc3164(std::string_view rest, const CiscoComponents& cisco, Message& message) {
  message = {};
  message.priority = take_priority(rest);
  if (message.priority < 0) return false;
  skip_spaces(rest);
  if (cisco.enable_all || cisco.message_counter) message.counter = take_counter(rest);
  const bool has_origin = cisco.enable_all || cisco.hostname;
  if (has_origin) message.hostname = take_cisco_hostname(rest);
  if (cisco.enable_all || cisco.sequence_number) message.sequence = take_counter(rest);
  if (has_origin && message.hostname.empty()) message.hostname = take_cisco_hostname(rest);
  if (const size_t counters = counters_size(rest)) {
    // They grow without end, so they are no label; the text keeps them.
    message.text = rest;
    rest.remove_prefix(counters);
    message.timestamp = take_timestamp(rest);
    return true;
  }
  message.timestamp = take_timestamp(rest);
  const bool is_forwarded = message.hostname.empty() && take_forwarder(rest, message);
  if (take_tag(rest, message) || is_forwarded || is_repetition(rest)) {
    message.text = rest;
    return true;
  }
  const size_t space = rest.find(' ');
  const bool may_have_host = !message.timestamp.empty() && message.hostname.empty();
  if (may_have_host && space != rest.npos && rest[0] != '%' &&
      is_host_chain(rest.substr(0, space))) {
    const std::string_view host = rest.substr(0, space);
    std::string_view after = rest.substr(space + 1);
    if (!is_host_name(host)) {  // Only where a tag follows: it may be a path.
      std::string_view tag = after;
      skip_spaces(tag);
      if (tag.starts_with(": ")) tag.remove_prefix(2);
      Message ignored;
      if (!take_tag(tag, ignored)) {
        message.text = rest;
        return true;
      }
    }
    message.hostname = host;
    rest = after;
    // Some put blanks, or a colon, between the host name and the tag.
    skip_spaces(after);
    if (after.starts_with(": ")) {
      after.remove_prefix(2);
      rest = after;
    }
    if (take_tag(after, message)) rest = after;
  }
  message.text = rest;
  return true;
}

}  // namespace components::loki::source_syslog
