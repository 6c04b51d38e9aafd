#pragma once
#include <string>
#include <utility>
#include <vector>

#include "telemetry/otlp_batch.h"

/// For tests of otelcol components.
namespace components::otelcol {

/// Keeps what it gets.
struct Sink final : telemetry::OtlpReceiver {
  void receive(telemetry::OtlpBatch batch) override { batches.push_back(std::move(batch)); }

  /// All requests in a row, which are one request.
  std::string request() const {
    std::string all;
    for (const auto& batch : batches)
      for (const auto& slice : batch.slices) all += slice.bytes;
    return all;
  }

  std::vector<telemetry::OtlpBatch> batches;
};

}  // namespace components::otelcol
