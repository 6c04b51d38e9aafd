#pragma once
#include <variant>

#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

/// What all kinds of metric take.
struct MetricCommon {
  std::string name;
  std::string description;
  std::string source;
  std::string prefix;
  river::schema::Duration max_idle_duration = std::chrono::minutes(5);
  std::string value;
};

struct CounterMetric {
  MetricCommon common;
  std::string action;
  bool match_all = false;
  bool count_entry_bytes = false;
};

struct GaugeMetric {
  MetricCommon common;
  std::string action;
};

struct HistogramMetric {
  MetricCommon common;
  std::vector<double> buckets;
};

struct MetricsArgs {
  std::vector<std::variant<CounterMetric, GaugeMetric, HistogramMetric>> metrics;
};

extern const StageKindOf<MetricsArgs> kMetrics;

}  // namespace components::loki::process::stages
