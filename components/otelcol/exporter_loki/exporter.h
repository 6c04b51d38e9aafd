#pragma once
#include <atomic>
#include <memory>

#include "base/mutex.h"
#include "components/component.h"
#include "components/otelcol/exporter_loki/signature.h"
#include "components/otelcol/shared/output.h"
#include "components/shared/batches.h"
#include "telemetry/log_batch.h"

namespace components::otelcol::exporter_loki {

/// The exported `input`: a line for each record, a batch of lines for each batch, with its ack. Any
/// thread.
class Converter final : public telemetry::OtlpReceiver {
 public:
  Converter(const base::metrics::Scope& metrics, base::Logger log);

  void set_next(telemetry::Receivers<telemetry::LogBatch> next) { next_.set(std::move(next)); }
  /// From now on batches are abandoned.
  void close() { is_closed_ = true; }

  void receive(telemetry::OtlpBatch batch) override;

 private:
  telemetry::LogBatch convert(const telemetry::OtlpBatch& batch);
  int64_t now_ns() EXCLUDES_LOCK(mutex_);

  base::Logger log_;
  Flows flows_;
  telemetry::Flow lines_;  ///< what is sent is counted in lines
  telemetry::Flow::Counter no_label_name_, bad_format_, too_large_;
  base::Mutex mutex_;
  UniqueTimestamps timestamps_ GUARDED_BY(mutex_);
  telemetry::Fanout<telemetry::LogBatch> next_;
  std::atomic<bool> is_closed_ = false;
};

/// otelcol.exporter.loki: works in the thread that brings a batch.
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

}  // namespace components::otelcol::exporter_loki
