#include "components/prometheus/relabel/relabel.h"

#include <utility>

#include "components/shared/batches.h"
#include "components/shared/rule/rule.h"
#include "river/schema/decode.h"

namespace components::prometheus::relabel {

Relabeler::Relabeler(const base::metrics::Scope& metrics)
    : flow_(metrics, telemetry::Flow::kSamples),
      processed_(metrics.counter("prometheus_relabel_metrics_processed", "Samples received.")),
      written_(metrics.counter("prometheus_relabel_metrics_written",
                               "Samples sent on; the others were dropped by a rule.")),
      cache_hits_(metrics.counter("prometheus_relabel_cache_hits",
                                  "Series whose result was remembered, by sample.")),
      cache_misses_(metrics.counter("prometheus_relabel_cache_misses",
                                    "Series that were given to the rules.")),
      cache_size_(metrics.gauge("prometheus_relabel_cache_size", "Series remembered.")) {}

void Relabeler::set_rules(std::shared_ptr<const telemetry::relabel::Rules> rules) {
  rewriter_.set(std::make_shared<const telemetry::SeriesRewriter>(
      [rules = std::move(rules)](telemetry::LabelsBuilder& labels) {
        return telemetry::relabel::apply(*rules, labels);
      }));
}

void Relabeler::receive(telemetry::SampleBatch batch) {
  flow_.receive(batch.count());
  if (closed_) {
    flow_.abandon(batch.count());
    return batch.ack.abandon();
  }
  const size_t received = batch.samples.size() + batch.histograms.size();
  processed_->add(received);
  const auto rewriter = rewriter_.get();
  const auto [rewritten, is_new] = rewriter->of(batch.series);
  if (is_new) {
    cache_misses_->add(batch.series->size());
    cache_size_->set(static_cast<double>(rewriter->series()));
  } else {
    cache_hits_->add(received);
  }
  dropped_->add(move_to(*rewritten, batch));
  if (batch.count() == 0) return;
  flow_.send(batch.count());
  written_->add(batch.samples.size() + batch.histograms.size());
  next_.receive(std::move(batch));
}

Relabel::Relabel(Context context, const Arguments& arguments)
    : context_(std::move(context)), relabeler_(std::make_shared<Relabeler>(context_.metrics)) {
  (void)update(arguments);  // It cannot fail: there is nothing outside to fail.
}

base::Result<void> Relabel::update(const Arguments& arguments) {
  const auto rules = std::make_shared<const RelabelRules>(to_rules(arguments.rule));
  relabeler_->set_rules(rules);
  relabeler_->set_next(receivers_of(arguments.forward_to));
  const Exports exports{.receiver = {relabeler_}, .rules = {rules}};
  context_.publish(river::schema::encode_exports(kSignature.exports, &exports));
  return {};
}

}  // namespace components::prometheus::relabel
