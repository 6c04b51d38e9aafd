#pragma once
#include "base/mutex.h"
#include "components/loki/relabel/signature.h"
#include "components/shared/relabel.h"
#include "telemetry/flow.h"
#include "telemetry/log_batch.h"
#include "telemetry/lru_cache.h"
#include "telemetry/relabel.h"

namespace components::loki::relabel {

/// The exported receiver: gives every distinct label set of a batch to the rules once, and
/// remembers results from batch to batch. Any thread; batches of several sources take turns while
/// labels change, not while they are sent on.
class Relabeler final : public telemetry::LogReceiver {
 public:
  explicit Relabeler(const base::metrics::Scope& metrics);

  /// New rules; forgets results.
  void set_rules(std::shared_ptr<const telemetry::relabel::Rules> rules, size_t cache_entries_max);
  void set_next(telemetry::Receivers<telemetry::LogBatch> next) { next_.set(std::move(next)); }
  /// From now on batches are abandoned.
  void close() { closed_ = true; }

  void receive(telemetry::LogBatch batch) override;

 private:
  struct Tally {
    uint64_t hits = 0;
    uint64_t misses = 0;
  };
  /// Empty when the entry is to be dropped: a rule says so, or no label is left.
  telemetry::Labels relabelled(const telemetry::Labels& labels, Tally& tally) REQUIRES_LOCK(mutex_);
  void relabel_sets(telemetry::LogBatch& batch) EXCLUDES_LOCK(mutex_);

  const telemetry::Flow flow_;
  const telemetry::Flow::Counter dropped_ = flow_.filtered("relabel_rule");
  std::shared_ptr<base::metrics::Counter> processed_;
  std::shared_ptr<base::metrics::Counter> written_;
  std::shared_ptr<base::metrics::Counter> cache_hits_;
  std::shared_ptr<base::metrics::Counter> cache_misses_;
  std::shared_ptr<base::metrics::Gauge> cache_size_;

  using Cache = telemetry::LruCache<telemetry::Labels, telemetry::Labels, telemetry::LabelsHash>;
  base::Mutex mutex_;
  std::shared_ptr<const telemetry::relabel::Rules> rules_ GUARDED_BY(mutex_);
  Cache cache_ GUARDED_BY(mutex_){1};

  telemetry::Fanout<telemetry::LogBatch> next_;
  std::atomic<bool> closed_ = false;
};

/// loki.relabel: relabel rules for lines.
using Relabel = RelabelComponent<Arguments, Exports, Relabeler, kSignature>;

}  // namespace components::loki::relabel
