#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace components::loki::process::stages {

/// A time zone of the system's database (/usr/share/zoneinfo), read once.
class TimeZone {
 public:
  /// UTC.
  TimeZone() = default;
  /// "Europe/Berlin", "UTC". Fails when the database has no such file or it is malformed.
  static base::Result<TimeZone> load(std::string_view name);
  /// The bytes of a TZif file. Fails when it is malformed.
  static base::Result<TimeZone> parse(std::string_view file);

  /// Seconds east of UTC at a local time given as seconds since the epoch as if it were UTC. Of an
  /// hour that clocks went through twice the first counts.
  int offset_at_local(int64_t local_seconds) const;

 private:
  struct Transition {
    int64_t at_local = 0;  ///< when it comes on the clocks that it changes, seconds
    int offset = 0;        ///< from then on
  };
  /// A change of clocks at `at` (UTC, seconds); they are added in order.
  void add(int64_t at, int offset);

  int first_offset_ = 0;
  std::vector<Transition> transitions_;
};

}  // namespace components::loki::process::stages
