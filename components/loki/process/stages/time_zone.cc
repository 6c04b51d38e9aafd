#include "components/loki/process/stages/time_zone.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "base/text.h"

// TZif (RFC 8536): a header and body with 32-bit times, then in version 2 and up the same with
// 64-bit times, which is what is read, and behind that a line with the rule for all later times.
// "Fat" files list changes up to 2037 beside the rule, "slim" ones only up to the last change of
// rules; so the rule is always followed, from the last listed change on.
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
    while (size < rest_.size() && base::is_letter(rest_[size])) ++size;
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

namespace {

constexpr size_t kHeaderSize = 44;
/// The years of timestamps, which are nanoseconds in 64 bits.
constexpr int kYearMin = 1678;
constexpr int kYearMax = 2262;

int64_t big_endian(std::string_view bytes, size_t size) {
  uint64_t value = static_cast<signed char>(bytes[0]) < 0 ? ~uint64_t{0} : 0;
  for (size_t i = 0; i < size; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return static_cast<int64_t>(value);
}

struct Counts {
  size_t utc = 0, standard = 0, leap = 0, times = 0, types = 0, chars = 0;

  size_t body(size_t time_size) const {
    return times * (time_size + 1) + types * 6 + chars + leap * (time_size + 4) + standard + utc;
  }
};

bool read_header(std::string_view file, Counts& out) {
  if (file.size() < kHeaderSize || !file.starts_with("TZif")) return false;
  size_t* const fields[] = {&out.utc, &out.standard, &out.leap, &out.times, &out.types, &out.chars};
  for (size_t i = 0; i < std::size(fields); ++i) {
    const int64_t count = big_endian(file.substr(20 + i * 4), 4);
    if (count < 0) return false;
    *fields[i] = static_cast<size_t>(count);
  }
  return true;
}

/// The year in which a time lies, or the one before.
int year_before(int64_t seconds) {
  constexpr int64_t kSecondsPerYear = 31'556'952;
  return static_cast<int>(
      std::clamp<int64_t>(1970 + seconds / kSecondsPerYear - 1, kYearMin, kYearMax));
}

/// A change of clocks by a rule: when, in UTC, and what then holds.
struct RuledChange {
  int64_t at = 0;
  int offset = 0;
};

/// The changes that a rule makes later than `after`, in order.
std::vector<RuledChange> changes_by(const PosixTz& rule, int64_t after) {
  std::vector<RuledChange> out;
  if (!rule.to_summer) return out;
  for (int year = year_before(after); year <= kYearMax; ++year) {
    out.push_back({rule.to_summer->local_seconds(year) - rule.standard_offset, rule.summer_offset});
    out.push_back(
        {rule.to_standard->local_seconds(year) - rule.summer_offset, rule.standard_offset});
  }
  std::erase_if(out, [&](const RuledChange& change) { return change.at <= after; });
  std::stable_sort(out.begin(), out.end(),
                   [](const RuledChange& a, const RuledChange& b) { return a.at < b.at; });
  return out;
}

}  // namespace

namespace {

constexpr std::string_view kDatabase = "/usr/share/zoneinfo/";

base::Result<TimeZone> load_file(const std::string& path) {
  const auto file = base::read_file(path, size_t{1} << 20);
  if (!file) return tl::unexpected(file.error());
  return TimeZone::parse(*file);
}

/// The machine's: TZ may name a file or, also behind a colon, a zone of the database.
base::Result<TimeZone> load_local() {
  constexpr const char* kLocalTime = "/etc/localtime";
  const char* variable = std::getenv("TZ");
  std::error_code error;
  if (variable == nullptr)
    return std::filesystem::exists(kLocalTime, error) ? load_file(kLocalTime) : TimeZone();
  std::string_view name = variable;
  if (name.starts_with(':')) name.remove_prefix(1);
  if (name.starts_with('/')) return load_file(std::string(name));
  return name == "Local" ? TimeZone() : TimeZone::load(name);
}

}  // namespace

bool TimeZone::has_database() {
  std::error_code ignored;
  return std::filesystem::exists(std::string(kDatabase) + "Etc/UTC", ignored);
}

base::Result<TimeZone> TimeZone::load(std::string_view name) {
  if (name.empty() || name == "UTC") return TimeZone();
  const bool escapes = name.starts_with('/') || name.find("..") != std::string_view::npos;
  if (escapes) return base::fail("\"{}\" is not a time zone", name);
  auto zone =
      name == "Local" ? load_local() : load_file(std::string(kDatabase) + std::string(name));
  if (!zone) return base::fail("time zone \"{}\": {}", name, zone.error().message);
  return zone;
}

base::Result<TimeZone> TimeZone::parse(std::string_view file) {
  std::string_view rest = file;
  Counts counts;
  const auto malformed = [] { return base::fail("malformed file"); };
  if (!read_header(rest, counts) || rest.size() < kHeaderSize + counts.body(4)) return malformed();
  if (rest[4] < '2') return malformed();
  rest.remove_prefix(kHeaderSize + counts.body(4));
  if (!read_header(rest, counts) || rest.size() < kHeaderSize + counts.body(8)) return malformed();
  rest.remove_prefix(kHeaderSize);
  const std::string_view times = rest.substr(0, counts.times * 8);
  const std::string_view indexes = rest.substr(counts.times * 8, counts.times);
  const std::string_view types = rest.substr(counts.times * 9, counts.types * 6);
  if (counts.types == 0) return malformed();
  TimeZone zone;
  zone.first_offset_ = static_cast<int>(big_endian(types, 4));
  zone.read_types(types, rest.substr(counts.times * 9 + counts.types * 6, counts.chars));
  int64_t last = INT64_MIN;
  for (size_t i = 0; i < counts.times; ++i) {
    const auto type = static_cast<uint8_t>(indexes[i]);
    const int64_t at = big_endian(times.substr(i * 8), 8);
    if (type >= counts.types || at < last) return malformed();
    last = at;
    zone.transitions_.push_back({at, static_cast<int>(big_endian(types.substr(type * 6), 4))});
  }
  std::string_view footer = rest.substr(counts.body(8));
  if (footer.starts_with('\n')) footer.remove_prefix(1);
  if (const auto rule = PosixTz::parse(footer.substr(0, footer.find('\n'))))
    for (const RuledChange& change : changes_by(*rule, last))
      zone.transitions_.push_back({change.at, change.offset});
  return zone;
}

void TimeZone::read_types(std::string_view types, std::string_view names) {
  for (; !types.empty(); types.remove_prefix(6)) {
    const size_t at = static_cast<uint8_t>(types[5]);
    if (at >= names.size()) continue;
    const std::string_view name = names.substr(at, names.find('\0', at) - at);
    abbreviations_.push_back({std::string(name), static_cast<int>(big_endian(types, 4))});
  }
}

size_t TimeZone::transitions_until(int64_t seconds) const {
  const auto next =
      std::upper_bound(transitions_.begin(), transitions_.end(), seconds,
                       [](int64_t at, const Transition& transition) { return at < transition.at; });
  return static_cast<size_t>(next - transitions_.begin());
}

int TimeZone::offset_after(size_t transitions) const {
  return transitions == 0 ? first_offset_ : transitions_[transitions - 1].offset;
}

int TimeZone::offset_at_local(int64_t local_seconds) const {
  const size_t guess = transitions_until(local_seconds);
  const int64_t seconds = local_seconds - offset_after(guess);
  return offset_after(transitions_until(seconds));
}

std::optional<int> TimeZone::offset_of(std::string_view abbreviation, int64_t local_seconds) const {
  std::optional<int> first;
  for (const auto& [name, offset] : abbreviations_) {
    if (name != abbreviation) continue;
    if (offset == offset_after(transitions_until(local_seconds - offset))) return offset;
    if (!first) first = offset;
  }
  return first;
}

}  // namespace components::loki::process::stages
