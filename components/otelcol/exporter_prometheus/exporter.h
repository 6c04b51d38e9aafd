#pragma once
#include <atomic>
#include <memory>

#include "base/mutex.h"
#include "components/component.h"
#include "components/otelcol/exporter_prometheus/conversion.h"
#include "components/otelcol/exporter_prometheus/signature.h"
#include "components/otelcol/shared/output.h"

namespace components::otelcol::exporter_prometheus {

/// The exported `input`: samples for the data points of each batch, with its ack. Any thread;
/// batches are converted one after another, since points have an order.
class Converter final : public telemetry::OtlpReceiver {
 public:
  Converter(const base::metrics::Scope& metrics, base::Logger log);

  /// From now on.
  void set(const Arguments& arguments);
  /// From now on batches are abandoned.
  void close() { is_closed_ = true; }

  void receive(telemetry::OtlpBatch batch) override;

 private:
  telemetry::SampleBatch convert(const telemetry::OtlpBatch& batch);

  base::Logger log_;
  Flows flows_;
  telemetry::Flow samples_;  ///< what is sent is counted in samples
  telemetry::Flow::Counter created_, delta_, no_name_, late_, invalid_, too_many_;
  base::Snapshot<Arguments> arguments_;
  base::Mutex mutex_;
  State state_ GUARDED_BY(mutex_);
  telemetry::Fanout<telemetry::SampleBatch> next_;
  std::atomic<bool> is_closed_ = false;
};

/// otelcol.exporter.prometheus: works in the thread that brings a batch.
class Exporter final : public ComponentOf<Arguments> {
 public:
  Exporter(Context context, const Arguments& arguments);

  base::Result<void> start() override { return {}; }
  void stop() override { converter_->close(); }

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  Context context_;
  std::shared_ptr<Converter> converter_;
};

}  // namespace components::otelcol::exporter_prometheus
