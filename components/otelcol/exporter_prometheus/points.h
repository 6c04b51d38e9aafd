#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "components/otelcol/exporter_prometheus/series.h"

namespace components::otelcol::exporter_prometheus {

/// A data point, and the series that it is of.
struct Point {
  telemetry::otlp::Node& node;
  const std::string& name;
  const std::vector<telemetry::Label>& labels;
  int64_t time_ms = 0;
  bool has_exemplars = false;  ///< gauges and summaries have none
};

enum class Added {
  yes,
  invalid,   ///< it contradicts itself, or is of a scale that Prometheus does not have
  too_many,  ///< there is no room for its series in this batch
};

/// Adds the samples of a point. Without a recorded value each of them is a stale marker.
Added add_number(const Point& point, Samples& samples);
/// NAME_bucket for each bound and +Inf, NAME_count, and NAME_sum if it is known.
Added add_histogram(const Point& point, Samples& samples);
/// A native histogram.
Added add_exponential(const Point& point, Samples& samples);
/// A point of an exponential histogram as the message Histogram of remote write version 1: buckets
/// of schema -4 to 8, in spans that leave out gaps of more than two empty ones. A finer scale is
/// merged down pairwise. Nothing for a coarser one, which Prometheus does not have. A point without
/// recorded value is a stale marker.
std::optional<std::string> native_histogram(telemetry::otlp::Node& point, int64_t time_ms);

/// NAME for each quantile, NAME_count and NAME_sum.
Added add_summary(const Point& point, Samples& samples);

}  // namespace components::otelcol::exporter_prometheus
