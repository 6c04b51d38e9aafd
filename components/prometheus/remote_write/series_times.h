#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "telemetry/series_table.h"

namespace components::prometheus::remote_write {

/// The time of the last sample of each series that goes to an endpoint.
///
/// Two series that a relabel rule makes one give two samples for one time. A server refuses the
/// second with everything that comes in the same request, so it must be found before. A series is
/// looked up once per table, not once per sample, and forgotten when no table has it. One thread.
class SeriesTimes {
 public:
  /// By index in a table: which time is that of the series.
  using Places = std::vector<uint32_t>;

  /// Valid until the next call.
  const Places& places_of(const telemetry::SeriesTablePtr& table);
  enum class Step {
    on,       ///< the last sample of the series had another time
    same,     ///< it was this one
    conflict  ///< it had another value for this time
  };
  /// How the sample stands to the last one of its series; remembers it. `bits`: of the value.
  Step advance(const Places& places, uint32_t series, int64_t time_ms, uint64_t bits) {
    Time& time = times_[places[series]];
    if (std::exchange(time.last_ms, time_ms) != time_ms) {
      time.last_bits = bits;
      return Step::on;
    }
    return time.last_bits == bits ? Step::same : Step::conflict;
  }

  size_t series() const { return by_hash_.size(); }

 private:
  static constexpr size_t kForgetMin = 16;

  struct Time {
    int64_t last_ms = std::numeric_limits<int64_t>::min();
    uint64_t last_bits = 0;
    size_t hash = 0;      ///< of the labels
    uint32_t tables = 0;  ///< that have the series
  };
  struct Known {
    std::weak_ptr<const telemetry::SeriesTable> table;
    Places places;
  };

  Places add(const telemetry::SeriesTable& table);
  void release(const Places& places);
  void forget_dead();

  std::unordered_map<const telemetry::SeriesTable*, Known> known_;
  std::unordered_map<size_t, uint32_t> by_hash_;  ///< indexes into times_
  std::vector<Time> times_;
  std::vector<uint32_t> free_;     ///< indexes into times_
  size_t forget_at_ = kForgetMin;  ///< tables at which dead ones are looked for
};

}  // namespace components::prometheus::remote_write
