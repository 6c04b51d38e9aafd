#include "components/prometheus/relabel/relabel.h"

#include <utility>

#include "components/shared/batches.h"
#include "components/shared/rule/rule.h"
#include "river/schema/decode.h"
#include "telemetry/relabel.h"

namespace components::prometheus::relabel {

Relabeler::Relabeler(const base::metrics::Scope& metrics)
    : Rewriter(metrics),
      processed_(metrics.counter("prometheus_relabel_metrics_processed", "Samples received.")),
      written_(metrics.counter("prometheus_relabel_metrics_written",
                               "Samples sent on; the others were dropped by a rule.")),
      cache_hits_(metrics.counter("prometheus_relabel_cache_hits",
                                  "Series whose result was remembered, by sample.")),
      cache_misses_(metrics.counter("prometheus_relabel_cache_misses",
                                    "Series that were given to the rules.")),
      cache_size_(metrics.gauge("prometheus_relabel_cache_size", "Series remembered.")) {}

void Relabeler::count(const Outcome& outcome) {
  processed_->add(outcome.received);
  written_->add(outcome.kept);
  if (outcome.new_series == 0) return cache_hits_->add(outcome.received);
  cache_misses_->add(outcome.new_series);
  cache_size_->set(static_cast<double>(outcome.rewriter.series()));
}

Relabel::Relabel(Context context, const Arguments& arguments)
    : context_(std::move(context)), relabeler_(std::make_shared<Relabeler>(context_.metrics)) {
  (void)update(arguments);  // It cannot fail: there is nothing outside to fail.
}

base::Result<void> Relabel::update(const Arguments& arguments) {
  const auto rules = std::make_shared<const RelabelRules>(to_rules(arguments.rule));
  relabeler_->set_rewrite([rules](telemetry::LabelsBuilder& labels) {
    return telemetry::relabel::apply(*rules, labels);
  });
  relabeler_->set_next(receivers_of(arguments.forward_to));
  const Exports exports{.receiver = {relabeler_}, .rules = {rules}};
  context_.publish(river::schema::encode_exports(kSignature.exports, &exports));
  return {};
}

}  // namespace components::prometheus::relabel
