#include "components/prometheus/relabel/relabel.h"

#include <utility>

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

void Relabeler::set_rules(std::shared_ptr<const RelabelRules> rules, size_t /*cache_entries_max*/) {
  set_rewrite([rules = std::move(rules)](telemetry::LabelsBuilder& labels) {
    return telemetry::relabel::apply(*rules, labels);
  });
}

void Relabeler::count(const Outcome& outcome) {
  processed_->add(outcome.received);
  written_->add(outcome.kept);
  if (outcome.new_series == 0) return cache_hits_->add(outcome.received);
  cache_misses_->add(outcome.new_series);
  cache_size_->set(static_cast<double>(outcome.rewriter.series()));
}

}  // namespace components::prometheus::relabel
