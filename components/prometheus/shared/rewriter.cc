#include "components/prometheus/shared/rewriter.h"

#include <memory>

namespace components::prometheus {
namespace {

size_t samples_of(const telemetry::SampleBatch& batch) {
  return batch.samples.size() + batch.histograms.size();
}

}  // namespace

Rewriter::Rewriter(const base::metrics::Scope& metrics)
    : flow_(metrics, telemetry::Flow::kSamples) {}

void Rewriter::set_rewrite(telemetry::SeriesRewriter::Rewrite rewrite) {
  rewriter_.set(std::make_shared<const telemetry::SeriesRewriter>(std::move(rewrite)));
}

void Rewriter::receive(telemetry::SampleBatch batch) {
  flow_.receive(batch.count());
  if (closed_) {
    flow_.abandon(batch.count());
    return batch.ack.abandon();
  }
  const size_t received = samples_of(batch);
  const auto rewriter = rewriter_.get();
  const auto [rewritten, is_new] = rewriter->of(batch.series);
  const size_t new_series = is_new ? batch.series->size() : 0;
  dropped_->add(move_to(*rewritten, batch));
  count({received, samples_of(batch), new_series, *rewriter});
  if (batch.count() == 0) return;
  flow_.send(batch.count());
  next_.receive(std::move(batch));
}

}  // namespace components::prometheus
