#include "components/prometheus/shared/way.h"

#include <algorithm>
#include <span>
#include <utility>

namespace components::prometheus {
namespace {

/// About a megabyte of a request, before it is compressed.
constexpr size_t kSamplesMax = 8'000;

}  // namespace

Way::Way(const base::metrics::Scope& metrics) : flow_(metrics, telemetry::Flow::kSamples) {}

void Way::put(telemetry::SampleBatch batch) {
  if (batch.samples.size() <= kSamplesMax) return put_whole(std::move(batch));
  const std::vector<telemetry::Sample> samples = std::exchange(batch.samples, {});
  for (size_t begin = 0; begin < samples.size(); begin += kSamplesMax) {
    const auto part =
        std::span(samples).subspan(begin, std::min(kSamplesMax, samples.size() - begin));
    telemetry::SampleBatch some;
    some.series = batch.series;
    some.ack = batch.ack;
    some.samples.assign(part.begin(), part.end());
    put_whole(std::move(some));
  }
  put_whole(std::move(batch));  // Histograms and exemplars.
}

void Way::put_whole(telemetry::SampleBatch batch) {
  const size_t count = batch.count();
  if (count == 0) return;
  flow_.receive(count);
  if (!batch.ack)
    batch.ack = telemetry::Ack([lost = lost_, count](bool delivered) {
      if (!delivered) lost->add(count);
    });
  outbox_.put(std::move(batch));
}

}  // namespace components::prometheus
