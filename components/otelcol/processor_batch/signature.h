#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "components/otelcol/shared/signature.h"

/// otelcol.processor.batch makes fewer and larger batches.
namespace components::otelcol::processor_batch {

struct Arguments {
  river::schema::Duration timeout = std::chrono::milliseconds(200);
  int64_t send_batch_size = 2000;
  int64_t send_batch_max_size = 3000;
  std::vector<std::string> metadata_keys;
  int64_t metadata_cardinality_limit = 1000;
  DebugMetrics debug_metrics;
  OutputArguments output;
};

extern const river::schema::Signature kSignature;

}  // namespace components::otelcol::processor_batch
