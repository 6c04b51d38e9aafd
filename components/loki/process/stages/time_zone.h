#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace components::loki::process::stages {

/// The rule for a time zone's future as TZif files carry it in their footer and POSIX has it in TZ:
/// "CET-1CEST,M3.5.0,M10.5.0/3", "<+0330>-3:30", "EST5EDT,M3.2.0,M11.1.0".
struct PosixTz {
  /// The day and the time of a change of clocks within a year.
  struct Change {
    enum class Kind : uint8_t { month_week_day, julian, day_of_year } kind = Kind::month_week_day;
    int month = 0;  ///< 1 to 12
    int week = 0;   ///< 1 to 5; 5 is the last
    int day = 0;    ///< of the week, Sunday 0; julian: 1 to 365, never 29 February; else from 0
    int seconds = 7200;  ///< of local time; may be negative or more than a day

    /// Seconds from the epoch to the change in a year, on the clocks that it changes.
    int64_t local_seconds(int year) const;
  };

  int standard_offset = 0;  ///< seconds east of UTC
  int summer_offset = 0;
  /// Absent: no summer time.
  std::optional<Change> to_summer;
  std::optional<Change> to_standard;

  /// nullopt when the text is no such rule. A summer time needs its dates.
  static std::optional<PosixTz> parse(std::string_view text);
};

/// A time zone of the system's database (/usr/share/zoneinfo), read once.
class TimeZone {
 public:
  /// UTC.
  TimeZone() = default;
  /// "Europe/Berlin", "UTC", or "Local": what TZ names, else /etc/localtime, UTC without either.
  /// Fails when the database has no such file or it is malformed.
  static base::Result<TimeZone> load(std::string_view name);
  /// Whether this host has the database.
  static bool has_database();
  /// The bytes of a TZif file. Fails when it is malformed.
  static base::Result<TimeZone> parse(std::string_view file);

  /// Seconds east of UTC at a local time given as seconds since the epoch as if it were UTC. Of an
  /// hour that clocks went through twice, and of one that they left out, the answer is that of Go's
  /// time.Date: east of Greenwich standard time.
  int offset_at_local(int64_t local_seconds) const;
  /// As it was when the zone's clocks showed that time under an abbreviation of it, such as "CET":
  /// also in summer, as devices write it all year. nullopt: the zone has no such abbreviation.
  std::optional<int> offset_of(std::string_view abbreviation, int64_t local_seconds) const;

 private:
  /// What holds from a change of clocks up to the next one.
  struct Transition {
    int64_t at = 0;  ///< seconds since the epoch
    int offset = 0;
  };
  struct Abbreviation {
    std::string name;
    int offset = 0;
  };
  /// Number of transitions up to a time in seconds since the epoch.
  size_t transitions_until(int64_t seconds) const;
  int offset_after(size_t transitions) const;
  void read_types(std::string_view types, std::string_view names);

  int first_offset_ = 0;
  std::vector<Transition> transitions_;  // In order.
  std::vector<Abbreviation> abbreviations_;
};

}  // namespace components::loki::process::stages
