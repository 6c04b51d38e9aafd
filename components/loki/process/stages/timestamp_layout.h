#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace components::loki::process::stages {

/// A time as it was read. What the layout does not name is as in January 1 of year 0, UTC.
struct Moment {
  int year = 0;
  bool has_year = false;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int64_t nanos = 0;
  /// Seconds east of UTC; absent when the text names no zone.
  std::optional<int> offset;
  /// A zone's abbreviation other than UTC, a part of the text, which does not say its offset.
  std::string_view zone;

  /// Nanoseconds since the epoch; `offset_default` counts when the text names no zone. nullopt
  /// beyond the years 1678 to 2262.
  std::optional<int64_t> to_ns(int offset_default) const;
};

/// A format of stage.timestamp: a Go reference layout ("2006-01-02 15:04:05.000"), the name of one
/// ("RFC3339"), or a count since the epoch ("UnixMs").
class TimeLayout {
 public:
  /// Fails when the layout holds nothing of a time.
  static base::Result<TimeLayout> parse(std::string_view format);

  /// nullopt when the text does not fit.
  std::optional<Moment> read(std::string_view text) const;
  /// Whether it is a layout spelled out rather than a name; `location` applies to these.
  bool is_custom() const { return custom_; }

 private:
  enum class Part : uint8_t {
    text,
    year,
    year2,
    month_name,
    month_short,
    month,
    month2,
    weekday,
    weekday_short,
    day,
    day_space,
    day2,
    day_of_year,
    day_of_year_space,
    hour,
    hour12,
    hour12_2,
    minute,
    minute2,
    second,
    second2,
    fraction,
    fraction_optional,
    pm,
    zone_name,
    zone,
    unix_seconds,
    unix_ms,
    unix_us,
    unix_ns,
  };
  struct Element {
    Part part = Part::text;
    std::string text;  ///< of Part::text; of a zone its layout
    int digits = 0;    ///< of a fraction
  };
  struct Reader;
  /// The element at the front of the layout, which it removes.
  static Element take_element(std::string_view& layout);

  std::vector<Element> elements_;
  bool custom_ = true;
};

}  // namespace components::loki::process::stages
