#include "components/loki/relabel/relabel.h"

namespace components::loki::relabel {

using telemetry::Entry;
using telemetry::Labels;
using telemetry::LogBatch;

Relabeler::Relabeler(const base::metrics::Scope& metrics)
    : flow_(metrics, telemetry::Flow::kLines),
      processed_(metrics.counter("loki_relabel_entries_processed", "Entries received.")),
      written_(metrics.counter("loki_relabel_entries_written",
                               "Entries sent on; the others were dropped by a rule.")),
      cache_hits_(
          metrics.counter("loki_relabel_cache_hits", "Label sets whose result was remembered.")),
      cache_misses_(
          metrics.counter("loki_relabel_cache_misses", "Label sets that were given to the rules.")),
      cache_size_(metrics.gauge("loki_relabel_cache_size", "Label sets remembered.")) {}

void Relabeler::set_rules(std::shared_ptr<const telemetry::relabel::Rules> rules,
                          size_t cache_entries_max) {
  base::Lock lock(mutex_);
  rules_ = std::move(rules);
  cache_ = Cache(cache_entries_max);
}

Labels Relabeler::relabelled(const Labels& labels, Tally& tally) {
  if (const Labels* known = cache_.get(labels)) {
    ++tally.hits;
    return *known;
  }
  ++tally.misses;
  telemetry::LabelsBuilder builder(labels);
  const bool keep = telemetry::relabel::apply(*rules_, builder);
  return cache_.put(labels, keep ? builder.build() : Labels());
}

void Relabeler::relabel_sets(LogBatch& batch) {
  Tally tally;
  base::Lock lock(mutex_);
  for (Labels& labels : batch.label_sets) labels = relabelled(labels, tally);
  cache_hits_->add(tally.hits);
  cache_misses_->add(tally.misses);
  cache_size_->set(static_cast<double>(cache_.size()));
}

void Relabeler::receive(LogBatch batch) {
  flow_.receive(batch.entries.size());
  if (closed_) {
    flow_.abandon(batch.entries.size());
    return batch.ack.abandon();
  }
  processed_->add(batch.entries.size());
  relabel_sets(batch);
  dropped_->add(std::erase_if(batch.entries,
                              [&](const Entry& entry) { return batch.labels(entry).empty(); }));
  if (batch.entries.empty()) return;
  flow_.send(batch.entries.size());
  written_->add(batch.entries.size());
  next_.receive(std::move(batch));
}

}  // namespace components::loki::relabel
