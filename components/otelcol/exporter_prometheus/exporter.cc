#include "components/otelcol/exporter_prometheus/exporter.h"

#include <utility>

#include "components/otelcol/shared/processor.h"
#include "components/shared/batches.h"

namespace components::otelcol::exporter_prometheus {

using telemetry::SampleBatch;
using telemetry::Signal;

Converter::Converter(const base::metrics::Scope& metrics, base::Logger log)
    : log_(std::move(log)),
      flows_(metrics),
      samples_(metrics, telemetry::Flow::kSamples),
      created_(flows_.of(Signal::metrics).created()),
      delta_(flows_.of(Signal::metrics).dropped("delta")),
      no_name_(flows_.of(Signal::metrics).dropped("name")),
      late_(flows_.of(Signal::metrics).dropped("out_of_order")),
      invalid_(flows_.of(Signal::metrics).dropped("invalid")),
      too_many_(flows_.of(Signal::metrics).dropped("too_large")),
      arguments_(std::make_shared<const Arguments>()) {}

void Converter::set(const Arguments& arguments) {
  arguments_.set(std::make_shared<const Arguments>(arguments));
  next_.set(receivers_of(arguments.forward_to));
}

void Converter::receive(telemetry::OtlpBatch batch) {
  const telemetry::Flow& flow = flows_.of(batch.signal);
  flow.receive(batch.count());
  if (is_closed_) {
    flow.abandon(batch.count());
    return batch.ack.abandon();
  }
  if (batch.signal != Signal::metrics) {
    log_.warn(
        "only metrics can be sent to prometheus components: other data of OTLP is dropped; "
        "take this component out of `logs` and `traces` of the outputs that name it");
    return flows_.drop_without_consumer(batch.signal, batch.count());
  }
  SampleBatch samples = convert(batch);
  samples.ack = std::move(batch.ack);
  samples.stop = std::move(batch.stop);
  if (samples.count() == 0) return;
  samples_.send(samples.count());
  next_.receive(std::move(samples));
}

SampleBatch Converter::convert(const telemetry::OtlpBatch& batch) {
  const auto arguments = arguments_.get();
  base::Lock lock(mutex_);
  Conversion conversion(*arguments, state_, log_);
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

Exporter::Exporter(Context context, const Arguments& arguments)
    : context_(std::move(context)),
      converter_(std::make_shared<Converter>(context_.metrics, context_.log)) {
  (void)update(arguments);  // It cannot fail: there is nothing outside to fail.
  context_.publish(exports_of(converter_));
}

base::Result<void> Exporter::update(const Arguments& arguments) {
  converter_->set(arguments);
  return {};
}

}  // namespace components::otelcol::exporter_prometheus
