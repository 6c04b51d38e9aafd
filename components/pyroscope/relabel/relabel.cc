#include "components/pyroscope/relabel/relabel.h"

#include <utility>

#include "telemetry/relabel.h"

namespace components::pyroscope::relabel {

Relabeler::Relabeler(const base::metrics::Scope& metrics)
    : Rewriter(metrics),
      processed_(metrics.counter("pyroscope_relabel_profiles_processed", "Profiles received.")),
      written_(metrics.counter("pyroscope_relabel_profiles_written", "Profiles sent on.")),
      dropped_(metrics.counter("pyroscope_relabel_profiles_dropped",
                               "Profiles that were dropped by a rule.")),
      hits_(metrics.counter("pyroscope_relabel_cache_hits",
                            "Label sets whose result was remembered.")),
      misses_(metrics.counter("pyroscope_relabel_cache_misses",
                              "Label sets that were given to the rules.")),
      size_(metrics.gauge("pyroscope_relabel_cache_size", "Label sets remembered.")) {}

void Relabeler::set_rules(std::shared_ptr<const RelabelRules> rules, size_t cache_entries_max) {
  set_rewrite(
      [rules = std::move(rules)](telemetry::LabelsBuilder& labels) {
        return telemetry::relabel::apply(*rules, labels);
      },
      cache_entries_max);
}

void Relabeler::count(const Outcome& outcome) {
  processed_->add(outcome.received);
  written_->add(outcome.kept);
  dropped_->add(outcome.received - outcome.kept);
  hits_->add(outcome.hits);
  misses_->add(outcome.misses);
  size_->set(static_cast<double>(outcome.remembered));
}

}  // namespace components::pyroscope::relabel
