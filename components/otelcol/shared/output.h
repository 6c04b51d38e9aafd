#pragma once
#include <array>

#include "base/mutex.h"
#include "components/otelcol/shared/signature.h"
#include "telemetry/flow.h"
#include "telemetry/otlp_batch.h"

namespace components::otelcol {

/// The counters of a component that takes every signal: spans, data points and log records are
/// counted apart.
class Flows {
 public:
  explicit Flows(const base::metrics::Scope& metrics);

  const telemetry::Flow& of(telemetry::Signal signal) const {
    return flows_[static_cast<size_t>(signal)];
  }
  /// Dropped since nobody takes the signal, as it is configured.
  void drop_without_consumer(telemetry::Signal signal, size_t items) const {
    no_consumer_[static_cast<size_t>(signal)]->add(items);
  }

 private:
  std::array<telemetry::Flow, 3> flows_;  // by signal
  std::array<telemetry::Flow::Counter, 3> no_consumer_;
};

/// The `output` of a component: hands a batch to each receiver of its signal, a copy to all but the
/// last (the bytes are shared). The lists may be replaced while running. Any thread.
class Output {
 public:
  void set(const OutputArguments& arguments);

  /// False: nobody takes this signal.
  bool has(telemetry::Signal signal) const;

  /// Hands the batch on, which may block. False, and the batch is dropped as delivered, when nobody
  /// takes its signal: to be counted by the caller.
  bool receive(telemetry::OtlpBatch batch);

 private:
  using Lists = std::array<telemetry::Receivers<telemetry::OtlpBatch>, 3>;  // by signal

  base::Snapshot<Lists> lists_;
};

}  // namespace components::otelcol
