#pragma once
#include "base/mutex.h"
#include "components/otelcol/exporter_loki/signature.h"
#include "components/otelcol/shared/converter.h"
#include "telemetry/log_batch.h"

namespace components::otelcol::exporter_loki {

/// A line for each record, a batch of lines for each batch.
class ToLines final : public Converter<telemetry::LogBatch> {
 public:
  ToLines(const base::metrics::Scope& metrics, base::Logger log);

  void set(const Arguments& /*arguments*/) {}

 private:
  telemetry::LogBatch convert(const telemetry::OtlpBatch& batch) override;
  int64_t now_ns() EXCLUDES_LOCK(mutex_);

  const telemetry::Flow::Counter no_label_name_, bad_format_, too_large_;
  base::Mutex mutex_;
  UniqueTimestamps timestamps_ GUARDED_BY(mutex_);
};

/// otelcol.exporter.loki.
using Exporter = ConverterComponent<Arguments, ToLines>;

}  // namespace components::otelcol::exporter_loki
