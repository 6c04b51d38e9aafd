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

enum class CounterAction { inc, add };

struct CounterMetric {
  MetricCommon common;
  CounterAction action = CounterAction::inc;
  bool match_all = false;
  bool count_entry_bytes = false;
};

enum class GaugeAction { set, inc, dec, add, sub };

struct GaugeMetric {
  MetricCommon common;
  GaugeAction action = GaugeAction::set;
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

namespace river::schema {
template <>
inline constexpr EnumName<components::loki::process::stages::CounterAction>
    kEnumNames<components::loki::process::stages::CounterAction>[] = {
        {"inc", components::loki::process::stages::CounterAction::inc},
        {"add", components::loki::process::stages::CounterAction::add},
};
template <>
inline constexpr EnumName<components::loki::process::stages::GaugeAction>
    kEnumNames<components::loki::process::stages::GaugeAction>[] = {
        {"set", components::loki::process::stages::GaugeAction::set},
        {"inc", components::loki::process::stages::GaugeAction::inc},
        {"dec", components::loki::process::stages::GaugeAction::dec},
        {"add", components::loki::process::stages::GaugeAction::add},
        {"sub", components::loki::process::stages::GaugeAction::sub},
};
}  // namespace river::schema
