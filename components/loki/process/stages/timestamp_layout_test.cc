#include "components/loki/process/stages/timestamp_layout.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <random>

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

}  // namespace components::loki::process::stages
