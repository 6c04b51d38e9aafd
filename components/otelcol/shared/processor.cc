#include "components/otelcol/shared/processor.h"

#include <utility>

#include "river/schema/decode.h"

namespace components::otelcol {

Processor::Processor(const base::metrics::Scope& metrics, std::string_view reason)
    : flows_(metrics) {
  for (const telemetry::Signal signal : telemetry::kSignals)
    removed_[static_cast<size_t>(signal)] = flows_.of(signal).filtered(reason);
}

void Processor::set(Change change, const OutputArguments& output) {
  change_.set(std::make_shared<const Change>(std::move(change)));
  output_.set(output);
}

void Processor::receive(telemetry::OtlpBatch batch) {
  const telemetry::Signal signal = batch.signal;
  const telemetry::Flow& flow = flows_.of(signal);
  const size_t received = batch.count();
  flow.receive(received);
  if (is_closed_) {
    flow.abandon(received);
    return batch.ack.abandon();
  }
  if (!output_.has(signal)) return flows_.drop_without_consumer(signal, received);
  if (const auto change = change_.get()) (*change)(batch);
  const size_t left = batch.count();
  removed_[static_cast<size_t>(signal)]->add(received - left);
  if (left == 0) return;
  flow.send(left);
  // A reload between has() and here may have taken the last receiver away: that is a delivery too.
  output_.receive(std::move(batch));
}

river::Value exports_of(std::shared_ptr<telemetry::OtlpReceiver> input) {
  const ConsumerExports exports{.input = {std::move(input)}};
  return river::schema::encode_exports(kConsumerExports, &exports);
}

}  // namespace components::otelcol
