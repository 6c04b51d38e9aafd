#pragma once
#include <string>
#include <vector>

#include "components/otelcol/shared/ottl/signature.h"
#include "components/otelcol/shared/signature.h"

/// otelcol.processor.filter drops what meets a condition.
namespace components::otelcol::processor_filter {

struct Traces {
  std::vector<std::string> span;
  std::vector<std::string> spanevent;
};
struct Metrics {
  std::vector<std::string> metric;
  std::vector<std::string> datapoint;
};
struct Logs {
  std::vector<std::string> log_record;
};
/// Conditions of a context that is named, or that their paths name.
struct ContextConditions {
  std::string context;
  std::vector<std::string> conditions;
};

struct Arguments {
  ErrorMode error_mode = ErrorMode::ignore;
  Traces traces;
  Metrics metrics;
  Logs logs;
  std::vector<ContextConditions> trace_conditions;
  std::vector<ContextConditions> metric_conditions;
  std::vector<ContextConditions> log_conditions;
  OutputArguments output;
  DebugMetrics debug_metrics;
};

extern const river::schema::Signature kSignature;

}  // namespace components::otelcol::processor_filter
