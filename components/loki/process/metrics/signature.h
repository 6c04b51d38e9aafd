#pragma once
#include <variant>

#include "river/schema/field.h"

namespace components::loki::process::metrics {

/// What all kinds of metric take.
struct Common {
  std::string name;
  std::string description;
  std::string source;
  std::string prefix;
  river::schema::Duration max_idle_duration = std::chrono::minutes(5);
  std::string value;
};

struct Counter {
  Common common;
  std::string action;
  bool match_all = false;
  bool count_entry_bytes = false;
};

struct Gauge {
  Common common;
  std::string action;
};

struct Histogram {
  Common common;
  std::vector<double> buckets;
};

struct Args {
  std::vector<std::variant<Counter, Gauge, Histogram>> metrics;
};

inline constexpr std::string_view kDoc = "Counts entries and extracted values as metrics.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::metrics
