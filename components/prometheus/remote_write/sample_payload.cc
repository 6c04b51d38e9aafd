#include "components/prometheus/remote_write/sample_payload.h"

#include "telemetry/wire/remote_write.h"

namespace components::prometheus::remote_write {

void SamplePayload::encode(const Use& use) const {
  telemetry::wire::WriteEncoder encoder;
  for (const auto& sample : samples.samples)
    encoder.add(samples.series->wire(sample.series), sample.time_ms, sample.value);
  for (const auto& sample : samples.histograms)
    encoder.add_histogram(samples.series->wire(sample.series), samples.text(sample.message));
  for (const auto& sample : samples.exemplars)
    encoder.add_exemplar(samples.series->wire(sample.series), samples.text(sample.message));
  const std::string body = encoder.finish(encoder.encoded());
  const std::string_view piece = body;
  use({&piece, 1});
}

base::Result<sink::PayloadPtr> decode_sample_payload(std::string record) {
  auto batch = telemetry::wire::decode_write(record);
  if (!batch) return tl::unexpected(batch.error());
  return std::make_shared<const SamplePayload>(std::move(*batch));
}

}  // namespace components::prometheus::remote_write
