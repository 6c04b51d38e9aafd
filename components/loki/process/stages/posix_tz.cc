#include "components/loki/process/stages/posix_tz.h"

#include <charconv>
#include <chrono>

namespace components::loki::process::stages {
namespace {

/// Reads a rule from its front; every function answers false at what does not fit.
class TzReader {
 public:
  explicit TzReader(std::string_view text) : rest_(text) {}

  // rule = name offset [ name [ offset ] "," change "," change ] .
  bool rule(PosixTz& out) {
    int west = 0;
    if (!name() || !time(west)) return false;
    out.standard_offset = out.summer_offset = -west;
    if (rest_.empty()) return true;
    if (!name()) return false;
    out.summer_offset = out.standard_offset + 3600;
    if (!rest_.starts_with(',')) {
      if (!time(west)) return false;
      out.summer_offset = -west;
    }
    PosixTz::Change to_summer, to_standard;
    if (!change(to_summer) || !change(to_standard)) return false;
    out.to_summer = to_summer;
    out.to_standard = to_standard;
    return rest_.empty();
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // name = letter { letter } | "<" { char } ">" .
  bool name() {
    size_t size = 0;
    if (take('<')) {
      size = rest_.find('>');
      if (size == std::string_view::npos || size == 0) return false;
      rest_.remove_prefix(size + 1);
      return true;
    }
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    while (size < rest_.size() && is_letter(rest_[size])) ++size;
    rest_.remove_prefix(size);
    return size >= 3;
  }

  bool number(int& out, int least, int most) {
    const auto [stop, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out);
    if (error != std::errc{} || rest_.front() == '-' || out < least || out > most) return false;
    rest_.remove_prefix(static_cast<size_t>(stop - rest_.data()));
    return true;
  }

  // time = [ "+" | "-" ] hours [ ":" minutes [ ":" seconds ] ] .
  bool time(int& seconds) {
    const int sign = take('-') ? -1 : 1;
    if (sign > 0) take('+');
    int hours = 0, minutes = 0, rest = 0;
    if (!number(hours, 0, 167)) return false;
    if (take(':') && !number(minutes, 0, 59)) return false;
    if (take(':') && !number(rest, 0, 59)) return false;
    seconds = sign * (hours * 3600 + minutes * 60 + rest);
    return true;
  }

  // change = "," ( "M" month "." week "." day | "J" day | day ) [ "/" time ] .
  bool change(PosixTz::Change& out) {
    using Kind = PosixTz::Change::Kind;
    if (!take(',')) return false;
    bool ok = false;
    if (take('M')) {
      ok = number(out.month, 1, 12) && take('.') && number(out.week, 1, 5) && take('.') &&
           number(out.day, 0, 6);
    } else if (take('J')) {
      out.kind = Kind::julian;
      ok = number(out.day, 1, 365);
    } else {
      out.kind = Kind::day_of_year;
      ok = number(out.day, 0, 365);
    }
    return ok && (!take('/') || time(out.seconds));
  }

  std::string_view rest_;
};

}  // namespace

int64_t PosixTz::Change::local_seconds(int year) const {
  namespace c = std::chrono;
  const c::year y(year);
  c::sys_days date = y / c::January / 1;
  if (kind == Kind::day_of_year) {
    date += c::days(day);
  } else if (kind == Kind::julian) {
    date += c::days(day - 1 + (y.is_leap() && day > 59 ? 1 : 0));
  } else {
    const auto month_of_year = y / c::month(static_cast<unsigned>(month));
    const c::weekday weekday(static_cast<unsigned>(day));
    date = week == 5 ? c::sys_days(month_of_year / weekday[c::last])
                     : c::sys_days(month_of_year / weekday[static_cast<unsigned>(week)]);
  }
  return int64_t{date.time_since_epoch().count()} * 86400 + seconds;
}

std::optional<PosixTz> PosixTz::parse(std::string_view text) {
  PosixTz out;
  if (!TzReader(text).rule(out)) return std::nullopt;
  return out;
}

}  // namespace components::loki::process::stages
