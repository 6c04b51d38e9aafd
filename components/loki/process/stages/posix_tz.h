#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

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

}  // namespace components::loki::process::stages
