#pragma once
#include <optional>
#include <string>
#include <vector>

#include "components/otelcol/shared/ottl/signature.h"
#include "components/otelcol/shared/signature.h"

/// otelcol.processor.transform changes data by statements.
namespace components::otelcol::processor_transform {

/// Statements whose paths name their context.
struct Statements {
  std::vector<std::string> trace;
  std::vector<std::string> metric;
  std::vector<std::string> log;
};

/// Statements of one context, done to what meets one of the conditions, if there are any.
struct ContextStatements {
  std::string context;
  std::vector<std::string> conditions;
  std::vector<std::string> statements;
  std::optional<ErrorMode> error_mode;
};

struct Arguments {
  ErrorMode error_mode = ErrorMode::ignore;
  Statements statements;
  std::vector<ContextStatements> trace_statements;
  std::vector<ContextStatements> metric_statements;
  std::vector<ContextStatements> log_statements;
  OutputArguments output;
  DebugMetrics debug_metrics;
};

extern const river::schema::Signature kSignature;

}  // namespace components::otelcol::processor_transform
