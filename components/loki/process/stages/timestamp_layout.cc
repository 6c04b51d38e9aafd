#include "components/loki/process/stages/timestamp_layout.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/text.h"

// A layout is Go's: the reference time Mon Jan 2 15:04:05 MST 2006 written the way times are. It is
// cut into elements once; reading a time walks the elements.
namespace components::loki::process::stages {
namespace {

struct Named {
  std::string_view name;
  std::string_view layout;
};

constexpr Named kNamed[] = {
    {"ANSIC", "Mon Jan _2 15:04:05 2006"},
    {"UnixDate", "Mon Jan _2 15:04:05 MST 2006"},
    {"RubyDate", "Mon Jan 02 15:04:05 -0700 2006"},
    {"RFC822", "02 Jan 06 15:04 MST"},
    {"RFC822Z", "02 Jan 06 15:04 -0700"},
    {"RFC850", "Monday, 02-Jan-06 15:04:05 MST"},
    {"RFC1123", "Mon, 02 Jan 2006 15:04:05 MST"},
    {"RFC1123Z", "Mon, 02 Jan 2006 15:04:05 -0700"},
    {"RFC3339", "2006-01-02T15:04:05Z07:00"},
    {"RFC3339Nano", "2006-01-02T15:04:05.999999999Z07:00"},
};

constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kWeekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                          "Thursday", "Friday", "Saturday"};

/// TimeZone layouts, the longer ones first.
constexpr std::string_view kZones[] = {"Z07:00:00", "-07:00:00", "Z070000", "-070000", "Z07:00",
                                       "-07:00",    "Z0700",     "-0700",   "Z07",     "-07"};

bool starts_in_any_case(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (size_t i = 0; i < prefix.size(); ++i)
    if ((text[i] | 0x20) != (prefix[i] | 0x20)) return false;
  return true;
}

int days_in(int month, int year) {
  namespace c = std::chrono;
  const auto last = c::year(year) / c::month(static_cast<unsigned>(month)) / c::last;
  return static_cast<int>(static_cast<unsigned>(last.day()));
}

}  // namespace

std::optional<int64_t> Moment::to_ns(int offset_default) const {
  namespace c = std::chrono;
  const c::sys_days date =
      c::year(year) / c::month(static_cast<unsigned>(month)) / c::day(static_cast<unsigned>(day));
  const int64_t seconds = int64_t{date.time_since_epoch().count()} * 86400 + hour * 3600 +
                          minute * 60 + second - offset.value_or(offset_default);
  int64_t ns = 0;
  if (__builtin_mul_overflow(seconds, int64_t{1'000'000'000}, &ns)) return std::nullopt;
  if (__builtin_add_overflow(ns, nanos, &ns)) return std::nullopt;
  return ns;
}

TimeLayout::Element TimeLayout::take_element(std::string_view& layout) {
  struct Spelling {
    std::string_view text;
    Part part;
  };
  // The longer of two spellings with the same start comes first.
  static constexpr Spelling kSpellings[] = {
      {"2006", Part::year},
      {"January", Part::month_name},
      {"Jan", Part::month_short},
      {"Monday", Part::weekday},
      {"Mon", Part::weekday_short},
      {"MST", Part::zone_name},
      {"002", Part::day_of_year},
      {"01", Part::month2},
      {"02", Part::day2},
      {"03", Part::hour12_2},
      {"04", Part::minute2},
      {"05", Part::second2},
      {"06", Part::year2},
      {"15", Part::hour},
      {"__2", Part::day_of_year_space},
      {"_2", Part::day_space},
      {"PM", Part::pm},
      {"pm", Part::pm},
      {"1", Part::month},
      {"2", Part::day},
      {"3", Part::hour12},
      {"4", Part::minute},
      {"5", Part::second},
  };
  const auto take = [&](size_t size) {
    const std::string text(layout.substr(0, size));
    layout.remove_prefix(size);
    return text;
  };
  if ((layout.front() == '.' || layout.front() == ',') && layout.size() > 1 &&
      (layout[1] == '0' || layout[1] == '9')) {
    size_t size = 1;
    while (size < layout.size() && layout[size] == layout[1]) ++size;
    const bool optional = layout[1] == '9';
    if (size == layout.size() || !base::is_digit(layout[size]))
      return {optional ? Part::fraction_optional : Part::fraction, take(size),
              static_cast<int>(size) - 1};
  }
  for (const std::string_view zone : kZones)
    if (layout.starts_with(zone)) return {Part::zone, take(zone.size())};
  if (layout.starts_with("_2006")) return {Part::text, take(1)};  // No day, but a year.
  for (const auto& [text, part] : kSpellings) {
    const bool part_of_word =
        text == "Jan" && layout.size() > 3 && layout[3] >= 'a' && layout[3] <= 'z';
    if (layout.starts_with(text) && !part_of_word) return {part, take(text.size())};
  }
  return {Part::text, take(1)};
}

base::Result<TimeLayout> TimeLayout::parse(std::string_view format) {
  TimeLayout out;
  out.custom_ = false;
  for (const auto& [name, part] :
       {std::pair{"Unix", Part::unix_seconds}, std::pair{"UnixMs", Part::unix_ms},
        std::pair{"UnixUs", Part::unix_us}, std::pair{"UnixNs", Part::unix_ns}})
    if (format == name) {
      out.elements_.push_back({part, {}});
      return out;
    }
  std::string_view layout = format;
  for (const Named& named : kNamed)
    if (format == named.name) layout = named.layout;
  out.custom_ = layout == format;
  bool has_time = false;
  while (!layout.empty()) {
    Element element = take_element(layout);
    if (element.part == Part::text && !out.elements_.empty() &&
        out.elements_.back().part == Part::text) {
      out.elements_.back().text += element.text;
      continue;
    }
    has_time = has_time || element.part != Part::text;
    out.elements_.push_back(std::move(element));
  }
  if (!has_time)
    return base::fail(
        "\"{}\" is not a time format: write the time 2006-01-02 15:04:05 the way your "
        "times look, or a name such as RFC3339 or UnixMs",
        format);
  return out;
}

/// Reads a text element by element.
struct TimeLayout::Reader {
  std::string_view rest;
  Moment out;
  std::optional<bool> pm;
  int day_of_year = 0;

  /// A number of min to max digits.
  bool number(int& value, size_t min, size_t max) {
    size_t size = 0;
    while (size < rest.size() && size < max && base::is_digit(rest[size])) ++size;
    if (size < min) return false;
    std::from_chars(rest.data(), rest.data() + size, value);
    rest.remove_prefix(size);
    return true;
  }
  bool literal(std::string_view text) {
    if (!rest.starts_with(text)) return false;
    rest.remove_prefix(text.size());
    return true;
  }
  /// Text of the layout as it is, but that a run of blanks is as long as the times have it.
  bool text(std::string_view wanted) {
    while (!wanted.empty()) {
      if (rest.empty() || rest.front() != wanted.front()) return false;
      if (wanted.front() != ' ') {
        wanted.remove_prefix(1);
        rest.remove_prefix(1);
        continue;
      }
      skip_blanks(wanted);
      skip_blanks(rest);
    }
    return true;
  }
  static void skip_blanks(std::string_view& from) {
    from.remove_prefix(std::min(from.size(), from.find_first_not_of(' ')));
  }
  template <size_t N>
  bool name(const std::string_view (&names)[N], size_t size, int& index) {
    for (size_t i = 0; i < N; ++i) {
      const std::string_view wanted = names[i].substr(0, size);
      if (!starts_in_any_case(rest, wanted)) continue;
      rest.remove_prefix(wanted.size());
      index = static_cast<int>(i) + 1;
      return true;
    }
    return false;
  }
  /// ".123", with exactly `digits` digits, or any number of them when 0.
  bool fraction(int digits) {
    if (rest.size() < 2 || (rest.front() != '.' && rest.front() != ',') || !base::is_digit(rest[1]))
      return false;
    int64_t nanos = 0;
    int count = 0;
    for (rest.remove_prefix(1); !rest.empty() && base::is_digit(rest.front());
         rest.remove_prefix(1)) {
      if (digits > 0 && count == digits) break;
      if (count++ < 9) nanos = nanos * 10 + (rest.front() - '0');
    }
    if (digits > 0 && count != digits) return false;
    for (int i = count; i < 9; ++i) nanos *= 10;
    out.nanos = nanos;
    return true;
  }
  bool zone(std::string_view layout);
  bool zone_name();
  std::optional<int> hours();
  bool epoch(int64_t per_second);
  bool read(const Element& element, const Element* next);
  bool half_of_day(std::string_view afternoon);
  bool date(Part part);
  bool clock(Part part, const Element* next);
  bool finish();
};

bool TimeLayout::Reader::zone(std::string_view layout) {
  if (layout.front() == 'Z' && literal("Z")) {
    out.offset = 0;
    return true;
  }
  if (rest.empty() || (rest.front() != '+' && rest.front() != '-')) return false;
  const int sign = rest.front() == '-' ? -1 : 1;
  rest.remove_prefix(1);
  int parts[3] = {};
  int at = 0;
  for (size_t i = 1; i < layout.size(); ++i) {
    if (layout[i] == ':') {
      if (!literal(":")) return false;
      continue;
    }
    if (!number(parts[at++], 2, 2)) return false;
    ++i;  // A pair of digits was read.
  }
  if (parts[0] > 24 || parts[1] > 59 || parts[2] > 59) return false;
  out.offset = sign * (parts[0] * 3600 + parts[1] * 60 + parts[2]);
  return true;
}

/// "CEST", "GMT+3", or "-03", which zones without an abbreviation have in its place.
bool TimeLayout::Reader::zone_name() {
  const std::string_view text = rest;
  if (rest.starts_with('+') || rest.starts_with('-')) {
    if (!hours()) return false;
    out.zone = text.substr(0, text.size() - rest.size());
    return true;
  }
  size_t size = 0;
  while (size < rest.size() && size < 5 && rest[size] >= 'A' && rest[size] <= 'Z') ++size;
  if (size < 3) return false;
  const std::string_view name = rest.substr(0, size);
  rest.remove_prefix(size);
  if (name == "UTC") {
    out.offset = 0;
  } else if (name == "GMT") {
    out.offset = hours().value_or(0) * 3600;
  } else {
    out.zone = name;
  }
  return true;
}

/// A sign and hours, up to 23; nothing is taken of what is other.
std::optional<int> TimeLayout::Reader::hours() {
  const std::string_view text = rest;
  const bool is_west = rest.starts_with('-');
  int count = 0;
  if ((literal("+") || literal("-")) && number(count, 1, 2) && count < 24)
    return is_west ? -count : count;
  rest = text;
  return std::nullopt;
}

/// A count of 1/per_second since the epoch; of seconds also with a decimal fraction.
bool TimeLayout::Reader::epoch(int64_t per_second) {
  int64_t count = 0;
  const char* end = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(rest.data(), end, count);
  if (error != std::errc{}) return false;
  rest.remove_prefix(static_cast<size_t>(stop - rest.data()));
  if (per_second == 1 && !rest.empty() && !fraction(0)) return false;
  int64_t seconds = count / per_second;
  int64_t part = count % per_second;
  if (part < 0) {
    part += per_second;
    --seconds;
  }
  if (per_second > 1) out.nanos = part * (1'000'000'000 / per_second);
  namespace c = std::chrono;
  const int64_t days = (seconds >= 0 ? seconds : seconds - 86399) / 86400;
  if (days > 200'000 || days < -200'000) return false;  // Before 1422 or after 2517.
  const c::year_month_day date{c::sys_days(c::days(days))};
  out.has_year = true;
  out.year = static_cast<int>(date.year());
  out.month = static_cast<int>(static_cast<unsigned>(date.month()));
  out.day = static_cast<int>(static_cast<unsigned>(date.day()));
  out.second = static_cast<int>(seconds - days * 86400);
  out.offset = 0;
  return true;
}

bool TimeLayout::Reader::read(const Element& element, const Element* next) {
  switch (element.part) {
    case Part::text:
      return text(element.text);
    case Part::fraction:
      return fraction(element.digits);
    case Part::fraction_optional:
      fraction(0);
      return true;
    case Part::zone_name:
      return zone_name();
    case Part::zone:
      return zone(element.text);
    case Part::unix_seconds:
      return epoch(1);
    case Part::unix_ms:
      return epoch(1'000);
    case Part::unix_us:
      return epoch(1'000'000);
    case Part::unix_ns:
      return epoch(1'000'000'000);
    default:
      if (element.part == Part::pm) return half_of_day(element.text);
      return element.part < Part::hour ? date(element.part) : clock(element.part, next);
  }
}

/// In the letters of the layout, "PM" or "pm".
bool TimeLayout::Reader::half_of_day(std::string_view afternoon) {
  pm = rest.starts_with(afternoon);
  if (!*pm && !rest.starts_with(afternoon == "PM" ? "AM" : "am")) return false;
  rest.remove_prefix(2);
  return true;
}

bool TimeLayout::Reader::date(Part part) {
  int weekday = 0;
  switch (part) {
    case Part::year:
      out.has_year = true;
      return number(out.year, 4, 4);
    case Part::year2:
      out.has_year = true;
      if (!number(out.year, 2, 2)) return false;
      out.year += out.year >= 69 ? 1900 : 2000;
      return true;
    case Part::month_name:
      return name(kMonths, 9, out.month);
    case Part::month_short:
      return name(kMonths, 3, out.month);
    case Part::weekday:
      return name(kWeekdays, 9, weekday);
    case Part::weekday_short:
      return name(kWeekdays, 3, weekday);
    case Part::month:
      return number(out.month, 1, 2);
    case Part::month2:
      return number(out.month, 2, 2);
    case Part::day_space:
      literal(" ");
      return number(out.day, 1, 2);
    case Part::day:
      return number(out.day, 1, 2);
    case Part::day2:
      return number(out.day, 2, 2);
    case Part::day_of_year:
      return number(day_of_year, 3, 3);
    case Part::day_of_year_space:
      if (literal(" ")) literal(" ");
      return number(day_of_year, 1, 3);
    default:
      return false;
  }
}

bool TimeLayout::Reader::clock(Part part, const Element* next) {
  switch (part) {
    case Part::hour:
      return number(out.hour, 1, 2) && out.hour < 24;
    case Part::hour12:
      return number(out.hour, 1, 2) && out.hour <= 12;
    case Part::hour12_2:
      return number(out.hour, 2, 2) && out.hour <= 12;
    case Part::minute:
      return number(out.minute, 1, 2) && out.minute < 60;
    case Part::minute2:
      return number(out.minute, 2, 2) && out.minute < 60;
    case Part::second:
    case Part::second2: {
      if (!number(out.second, part == Part::second2 ? 2 : 1, 2) || out.second > 59) return false;
      // A fraction may follow though the layout has none.
      const bool named =
          next && (next->part == Part::fraction || next->part == Part::fraction_optional);
      if (!named) fraction(0);
      return true;
    }
    default:
      return false;
  }
}

/// Puts together what several elements say, and refuses days that do not exist.
bool TimeLayout::Reader::finish() {
  if (!rest.empty()) return false;
  if (pm && *pm && out.hour < 12) out.hour += 12;
  if (pm && !*pm && out.hour == 12) out.hour = 0;
  if (day_of_year > 0) {
    if (day_of_year > (std::chrono::year(out.year).is_leap() ? 366 : 365)) return false;
    out.day = day_of_year;
    for (out.month = 1; out.day > days_in(out.month, out.year); ++out.month)
      out.day -= days_in(out.month, out.year);
  }
  if (out.month < 1 || out.month > 12 || out.day < 1) return false;
  return out.day <= days_in(out.month, out.has_year ? out.year : 2000);
}

std::optional<Moment> TimeLayout::read(std::string_view text) const {
  Reader reader{.rest = text, .out = {}, .pm = {}};
  for (size_t i = 0; i < elements_.size(); ++i)
    if (!reader.read(elements_[i], i + 1 < elements_.size() ? &elements_[i + 1] : nullptr))
      return std::nullopt;
  if (!reader.finish()) return std::nullopt;
  return reader.out;
}

}  // namespace components::loki::process::stages
