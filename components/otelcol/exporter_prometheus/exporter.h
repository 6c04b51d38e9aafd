#pragma once
#include "base/mutex.h"
#include "components/otelcol/exporter_prometheus/conversion.h"
#include "components/otelcol/exporter_prometheus/signature.h"
#include "components/otelcol/shared/converter.h"
#include "telemetry/sample_batch.h"

namespace components::otelcol::exporter_prometheus {

/// Samples for the data points of each batch. Batches are converted one after another, since points
/// have an order.
class ToSamples final : public Converter<telemetry::SampleBatch> {
 public:
  ToSamples(const base::metrics::Scope& metrics, base::Logger log);

  /// From now on.
  void set(const Arguments& arguments) {
    arguments_.set(std::make_shared<const Arguments>(arguments));
  }

 private:
  telemetry::SampleBatch convert(const telemetry::OtlpBatch& batch) override;

  const telemetry::Flow::Counter created_, delta_, no_name_, late_, invalid_, too_many_;
  base::Snapshot<Arguments> arguments_;
  base::Mutex mutex_;
  State state_ GUARDED_BY(mutex_);
};

/// otelcol.exporter.prometheus.
using Exporter = ConverterComponent<Arguments, ToSamples>;

}  // namespace components::otelcol::exporter_prometheus
