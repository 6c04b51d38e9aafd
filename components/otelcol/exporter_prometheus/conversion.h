#pragma once
#include <cstdint>
#include <set>
#include <string>

#include "base/log.h"
#include "components/otelcol/exporter_prometheus/series.h"
#include "components/otelcol/exporter_prometheus/signature.h"
#include "telemetry/otlp_batch.h"

namespace components::otelcol::exporter_prometheus {

/// What is remembered from batch to batch.
struct State {
  LastTimes last_times;
  std::set<std::string> warned_of;  ///< metrics that a warning named
};

/// Makes samples of the data points of one batch.
class Conversion {
 public:
  /// Points that became no samples, by the reason.
  struct Tally {
    uint64_t delta = 0;
    uint64_t no_name = 0;   ///< nothing is left of the metric's name
    uint64_t late = 0;      ///< older than the point before
    uint64_t invalid = 0;   ///< it contradicts itself, or its scale is too coarse
    uint64_t too_many = 0;  ///< no room for its series

    uint64_t sum() const { return delta + no_name + late + invalid + too_many; }
  };

  /// All of them outlive it.
  Conversion(const Arguments& arguments, State& state, const base::Logger& log)
      : arguments_(arguments), state_(state), log_(log) {}

  /// Once.
  telemetry::SampleBatch run(const telemetry::OtlpBatch& batch);
  const Tally& dropped() const { return tally_; }

 private:
  void add_point(telemetry::otlp::Item& item);
  bool is_cumulative(telemetry::otlp::Item& item);
  void add_target_info(telemetry::otlp::Node& resource_data);

  const Arguments& arguments_;
  State& state_;
  const base::Logger& log_;
  Samples samples_;
  Tally tally_;
};

}  // namespace components::otelcol::exporter_prometheus
