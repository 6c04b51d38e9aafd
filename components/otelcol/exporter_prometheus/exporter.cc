#include "components/otelcol/exporter_prometheus/exporter.h"

#include <utility>

namespace components::otelcol::exporter_prometheus {

using telemetry::SampleBatch;
using telemetry::Signal;

ToSamples::ToSamples(const base::metrics::Scope& metrics, base::Logger log)
    : Converter(metrics, std::move(log),
                {Signal::metrics, telemetry::Flow::kSamples,
                 "only metrics can be sent to prometheus components: other data of OTLP is "
                 "dropped; take this component out of `logs` and `traces` of the outputs that name "
                 "it"}),
      created_(flow().created()),
      delta_(flow().dropped("delta")),
      no_name_(flow().dropped("name")),
      late_(flow().dropped("out_of_order")),
      invalid_(flow().dropped("invalid")),
      too_many_(flow().dropped("too_large")),
      arguments_(std::make_shared<const Arguments>()) {}

SampleBatch ToSamples::convert(const telemetry::OtlpBatch& batch) {
  const auto arguments = arguments_.get();
  base::Lock lock(mutex_);
  Conversion conversion(*arguments, state_, log());
  SampleBatch samples = conversion.run(batch);
  const Conversion::Tally& dropped = conversion.dropped();
  delta_->add(dropped.delta);
  no_name_->add(dropped.no_name);
  late_->add(dropped.late);
  invalid_->add(dropped.invalid);
  too_many_->add(dropped.too_many);
  // One of the samples of each point stands for the point, the others are made of it.
  created_->add(samples.count() - (batch.count() - dropped.sum()));
  return samples;
}

}  // namespace components::otelcol::exporter_prometheus
