#include "components/loki/process/stages/timestamp_layout.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <random>

#include "base/rfc3339.h"

// A model of how Go writes times, against which reading is compared: what was written with a layout
// must be read with it as the same moment, also where Go's reading is more tolerant than its
// writing.

namespace components::loki::process::stages {
namespace {

using Random = std::mt19937;

int below(Random& random, int bound) {
  return std::uniform_int_distribution<int>(0, bound - 1)(random);
}

constexpr std::array<std::string_view, 12> kMonthNames = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kDayNames = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

struct Written {
  int year, month, day, hour, minute, second, nanos, offset_minutes;

  int64_t ns() const {
    using namespace std::chrono;
    const sys_days days(std::chrono::year(year) / month / day);
    const int64_t local =
        days.time_since_epoch().count() * 86400 + hour * 3600 + minute * 60 + second;
    return (local - offset_minutes * 60) * 1'000'000'000 + nanos;
  }
  std::string_view weekday() const {
    const std::chrono::sys_days days(std::chrono::year(year) / month / day);
    return kDayNames[std::chrono::weekday(days).c_encoding()];
  }
};

struct Pair {
  std::string layout, text;
  void add(std::string_view in_layout, std::string in_text) {
    layout += in_layout;
    text += in_text;
  }
};

std::string offset_text(int minutes, std::string_view form) {
  const int size = minutes < 0 ? -minutes : minutes;
  return fmt::format(fmt::runtime(form), minutes < 0 ? '-' : '+', size / 60, size % 60);
}

/// A layout with each part of a time once, and the time in it. `t` loses what the layout has not.
Pair write(Random& random, Written& t) {
  Pair p;
  // One blank of a layout is one or more in a text; none of these is taken for a padding.
  const auto blank = [&] {
    p.add(" ", std::string(1 + static_cast<size_t>(below(random, 3)), ' '));
  };
  if (below(random, 3) == 0) {
    const bool is_long = below(random, 2) == 0;
    p.add(is_long ? "Monday" : "Mon",
          std::string(is_long ? t.weekday() : t.weekday().substr(0, 3)));
    if (below(random, 2) == 0) p.add(",", ",");
    blank();
  }
  const std::string_view month = kMonthNames[static_cast<size_t>(t.month - 1)];
  switch (below(random, 4)) {
    case 0:
      p.add("January", std::string(month));
      break;
    case 1:
      p.add("Jan", std::string(month.substr(0, 3)));
      break;
    case 2:
      p.add("01", fmt::format("{:02}", t.month));
      break;
    default:
      p.add("1", fmt::format("{}", t.month));
  }
  blank();
  switch (below(random, 3)) {
    case 0:
      p.add("_2", fmt::format("{:>2}", t.day));
      break;
    case 1:
      p.add("02", fmt::format("{:02}", t.day));
      break;
    default:
      p.add("2", fmt::format("{}", t.day));
  }
  switch (below(random, 4)) {
    case 0:
      p.add(", 2006", fmt::format(", {:04}", t.year));
      break;
    case 1:  // Not the day "_2" and "006".
      p.add("_2006", fmt::format("_{:04}", t.year));
      break;
    case 2:
      p.add("/06", fmt::format("/{:02}", t.year % 100));
      break;
    default:
      blank();
      p.add("2006", fmt::format("{:04}", t.year));
  }
  p.add("T", "T");
  const int hour12 = t.hour % 12 == 0 ? 12 : t.hour % 12;
  bool has_pm = true;
  switch (below(random, 3)) {
    case 0:
      p.add("03", fmt::format("{:02}", hour12));
      break;
    case 1:
      p.add("3", fmt::format("{}", hour12));
      break;
    default:
      p.add("15", fmt::format("{:02}", t.hour));
      has_pm = false;
  }
  p.add(":", ":");
  below(random, 2) == 0 ? p.add("04", fmt::format("{:02}", t.minute))
                        : p.add("4", fmt::format("{}", t.minute));
  p.add(":", ":");
  below(random, 2) == 0 ? p.add("05", fmt::format("{:02}", t.second))
                        : p.add("5", fmt::format("{}", t.second));
  const int digits = 1 + below(random, 9);
  int unit = 1;
  for (int i = digits; i < 9; ++i) unit *= 10;
  const char* const point = below(random, 2) == 0 ? "." : ",";
  switch (below(random, 4)) {
    case 0:
      t.nanos = t.nanos / unit * unit;
      p.add(point + std::string(static_cast<size_t>(digits), '0'),
            fmt::format("{}{:0{}}", point, t.nanos / unit, digits));
      break;
    case 1: {  // Written without zeros at the end, and not at all when it is zero.
      t.nanos = t.nanos / unit * unit;
      std::string text = fmt::format("{}{:0{}}", point, t.nanos / unit, digits);
      while (text.back() == '0') text.pop_back();
      p.add(point + std::string(static_cast<size_t>(digits), '9'), text.size() > 1 ? text : "");
      break;
    }
    case 2:  // A fraction behind the seconds is read though the layout has none.
      p.add("", fmt::format("{}{:09}", point, t.nanos));
      break;
    default:
      t.nanos = 0;
  }
  if (has_pm) {
    const bool is_upper = below(random, 2) == 0;
    p.add(is_upper ? "PM" : "pm",
          is_upper ? (t.hour < 12 ? "AM" : "PM") : (t.hour < 12 ? "am" : "pm"));
  }
  p.add(" ", " ");
  switch (below(random, 6)) {
    case 0:
      p.add("-0700", offset_text(t.offset_minutes, "{}{:02}{:02}"));
      break;
    case 1:
      p.add("-07:00", offset_text(t.offset_minutes, "{}{:02}:{:02}"));
      break;
    case 2:
      p.add("Z07:00", t.offset_minutes == 0 ? "Z" : offset_text(t.offset_minutes, "{}{:02}:{:02}"));
      break;
    case 3:
      t.offset_minutes = t.offset_minutes / 60 * 60;
      p.add("-07", offset_text(t.offset_minutes, "{}{:02}"));
      break;
    case 4:
      p.add("Z0700", t.offset_minutes == 0 ? "Z" : offset_text(t.offset_minutes, "{}{:02}{:02}"));
      break;
    default:
      t.offset_minutes = 0;
      p.add("MST", "UTC");
  }
  return p;
}

}  // namespace

TEST_CASE("time layout: what Go writes is read as the same moment") {
  constexpr unsigned kSeed = 20261128;
  Random random(kSeed);
  for (int i = 0; i < 3000; ++i) {
    Written t{.year = 1970 + below(random, 98),
              .month = 1 + below(random, 12),
              .day = 1 + below(random, 28),
              .hour = below(random, 24),
              .minute = below(random, 60),
              .second = below(random, 60),
              .nanos = below(random, 4) == 0 ? 0 : below(random, 1'000'000'000),
              .offset_minutes = below(random, 4) == 0 ? 0 : (below(random, 53) - 24) * 30};
    if (t.year >= 2069) t.year -= 60;  // Of two digits.
    const Pair pair = write(random, t);
    const auto layout = TimeLayout::parse(pair.layout);
    REQUIRE_MESSAGE(layout.has_value(), pair.layout);
    const auto moment = layout->read(pair.text);
    REQUIRE_MESSAGE(moment.has_value(), pair.layout << ": " << pair.text);
    CHECK_MESSAGE(moment->to_ns(0) == t.ns(), pair.layout << ": " << pair.text);
    CHECK_FALSE(layout->read(pair.text + "x").has_value());
  }
}

// Derived from the documentation of Go's time package and from what programs and devices write.
TEST_CASE("time layout: named layouts, devices, and what does not fit") {
  struct Case {
    const char* layout;
    const char* text;
    const char* want;  // RFC 3339; "": it does not fit.
  };
  const Case cases[] = {
      {"ANSIC", "Sat Nov 28 10:00:34 2026", "2026-11-28T10:00:34Z"},
      {"ANSIC", "Sat Nov  7 06:25:02 2026", "2026-11-07T06:25:02Z"},  // ctime(3)
      {"Mon Jan 2 15:04:05 2006", "Sat Nov  7 06:25:02 2026", "2026-11-07T06:25:02Z"},
      {"UnixDate", "Sat Nov 28 10:00:34 UTC 2026", "2026-11-28T10:00:34Z"},
      {"RubyDate", "Sat Nov 28 10:00:34 +0100 2026", "2026-11-28T09:00:34Z"},
      {"RFC822", "28 Nov 26 10:00 UTC", "2026-11-28T10:00:00Z"},
      {"RFC822Z", "28 Nov 26 10:00 -0500", "2026-11-28T15:00:00Z"},
      {"RFC850", "Saturday, 28-Nov-26 10:00:34 UTC", "2026-11-28T10:00:34Z"},
      {"RFC1123", "Sat, 28 Nov 2026 10:00:34 UTC", "2026-11-28T10:00:34Z"},
      {"RFC1123Z", "Sat, 28 Nov 2026 10:00:34 +0530", "2026-11-28T04:30:34Z"},
      {"RFC3339", "2026-11-28T10:00:34+01:00", "2026-11-28T09:00:34Z"},
      {"RFC3339", "2026-11-28T10:00:34.25Z", "2026-11-28T10:00:34.25Z"},
      {"RFC3339Nano", "2026-11-28T10:00:34.123456789Z", "2026-11-28T10:00:34.123456789Z"},
      {"RFC3339", "2026-11-28 10:00:34Z", ""},
      // Seconds since 1970: Cisco Meraki.
      {"Unix", "1795860034", "2026-11-28T10:00:34Z"},
      {"Unix", "1795860034.123456789", "2026-11-28T10:00:34.123456789Z"},
      {"Unix", "1795860034.5", "2026-11-28T10:00:34.5Z"},
      {"UnixMs", "1795860034123", "2026-11-28T10:00:34.123Z"},
      {"UnixUs", "1795860034123456", "2026-11-28T10:00:34.123456Z"},
      {"UnixNs", "1795860034123456789", "2026-11-28T10:00:34.123456789Z"},
      {"Unix", "1795860034s", ""},
      {"Unix", "", ""},
      // log4j, Sophos UTM and XG, Apache, nginx, PostgreSQL.
      {"2006-01-02 15:04:05,000", "2026-11-28 10:00:34,123", "2026-11-28T10:00:34.123Z"},
      {"2006-01-02 15:04:05", "2026-11-28 10:00:34,123", "2026-11-28T10:00:34.123Z"},
      {"2006:01:02-15:04:05", "2026:11:28-10:00:34", "2026-11-28T10:00:34Z"},
      {"2006-01-02T15:04:05-0700", "2026-11-28T10:00:34+0100", "2026-11-28T09:00:34Z"},
      {"02/Jan/2006:15:04:05 -0700", "28/Nov/2026:10:00:34 +0000", "2026-11-28T10:00:34Z"},
      {"2006/01/02 15:04:05", "2026/11/28 10:00:34", "2026-11-28T10:00:34Z"},
      {"2006-01-02 15:04:05.000 MST", "2026-11-28 10:00:34.120 UTC", "2026-11-28T10:00:34.12Z"},
      {"2006-002 15:04", "2026-332 10:00", "2026-11-28T10:00:00Z"},
      {"2006-01-02T15:04:05Z07:00", "2026-11-28T10:00:34-00:30", "2026-11-28T10:30:34Z"},
      {"1/2/06 3:04PM", "1/5/69 12:04AM", "1969-01-05T00:04:00Z"},
      {"1/2/06 3:04PM", "11/28/68 12:04PM", "2068-11-28T12:04:00Z"},
      // Names in any case; the day of the week is not compared.
      {"Mon, 02 Jan 2006", "mOn, 28 nOV 2026", "2026-11-28T00:00:00Z"},
      {"Monday 2 January 2006", "Saturday 28 november 2026", "2026-11-28T00:00:00Z"},
      {"Mon, 02 Jan 2006", "Xyz, 28 Nov 2026", ""},
      // One digit where the layout has one, or an hour of the day; else two.
      {"2006-1-2 15:4:5", "2026-3-7 9:8:7", "2026-03-07T09:08:07Z"},
      {"2006-1-2 15:4:5", "2026-11-28 10:00:34", "2026-11-28T10:00:34Z"},
      {"2006-01-02 15:04", "2026-11-28 9:00", "2026-11-28T09:00:00Z"},
      {"2006-01-02 15:04", "2026-11-8 09:00", ""},
      {"2006-01-02 15:04", "2026-1-08 09:00", ""},
      {"2006-01-02 15:04", "2026-11-08 09:0", ""},
      {"2006-01-02 03:04 PM", "2026-11-28 9:00 PM", ""},
      // Beyond the calendar and the clock.
      {"2006-01-02", "2026-02-29", ""},
      {"2006-01-02", "2028-02-29", "2028-02-29T00:00:00Z"},
      {"2006-01-02", "2026-11-31", ""},
      {"2006-01-02", "2026-13-01", ""},
      {"2006-01-02", "2026-00-10", ""},
      {"2006-01-02", "2026-10-00", ""},
      {"2006-002", "2026-366", ""},
      {"2006-002", "2028-366", "2028-12-31T00:00:00Z"},
      {"2006-01-02 15:04:05", "2026-11-28 24:00:00", ""},
      {"2006-01-02 15:04:05", "2026-11-28 10:60:00", ""},
      {"2006-01-02 15:04:05", "2026-11-28 10:00:60", ""},
      {"2006-01-02 3PM", "2026-11-28 13PM", ""},
      {"2006-01-02 3PM", "2026-11-28 1pm", ""},
      {"2006-01-02 3pm", "2026-11-28 1pm", "2026-11-28T13:00:00Z"},
      // Zeros ask for so many digits, nines for any or none.
      {"2006-01-02 15:04:05.000", "2026-11-28 10:00:34.12", ""},
      {"2006-01-02 15:04:05.000", "2026-11-28 10:00:34.1234", ""},
      {"2006-01-02 15:04:05.000", "2026-11-28 10:00:34", ""},
      {"2006-01-02 15:04:05.999", "2026-11-28 10:00:34.1234", "2026-11-28T10:00:34.1234Z"},
      {"2006-01-02 15:04:05.999", "2026-11-28 10:00:34", "2026-11-28T10:00:34Z"},
      {"2006-01-02 15:04:05", "2026-11-28 10:00:34.", ""},
      // Zones and blanks.
      {"2006-01-02 15:04 -07:00", "2026-11-28 10:00 Z", ""},
      {"2006-01-02 15:04 Z07:00", "2026-11-28 10:00 Z", "2026-11-28T10:00:00Z"},
      {"2006-01-02 15:04 Z07:00", "2026-11-28 10:00 +0100", ""},
      {"2006-01-02 15:04 -0700", "2026-11-28 10:00 0100", ""},
      {"2006-01-02 15:04 -07", "2026-11-28 10:00 -03", "2026-11-28T13:00:00Z"},
      {"2006-01-02 15:04", "2026-11-28  10:00", "2026-11-28T10:00:00Z"},
      {"2006-01-02  15:04", "2026-11-28 10:00", "2026-11-28T10:00:00Z"},
      {"2006-01-02 15:04", "2026-11-2810:00", ""},
      {"2006-01-02 15:04", "2026-11-28 10:00 ", ""},
      {"2006-01-02 15:04", " 2026-11-28 10:00", ""},
  };
  for (const Case& given : cases) {
    CAPTURE(std::string(given.layout));
    CAPTURE(std::string(given.text));
    const auto layout = TimeLayout::parse(given.layout);
    REQUIRE(layout.has_value());
    const auto moment = layout->read(given.text);
    const auto got = moment ? moment->to_ns(0) : std::nullopt;
    CHECK(got == base::parse_rfc3339(given.want));
  }
}

}  // namespace components::loki::process::stages
