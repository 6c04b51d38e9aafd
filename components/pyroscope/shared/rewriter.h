#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/mutex.h"
#include "components/component.h"
#include "telemetry/flow.h"
#include "telemetry/labels.h"
#include "telemetry/lru_cache.h"
#include "telemetry/profile_batch.h"

namespace components::pyroscope {

/// A receiver that changes the labels of profiles, or drops some, and hands the rest on. Each label
/// set is rewritten once while it is remembered. A profile without labels passes as it is. Any
/// thread.
class Rewriter : public telemetry::ProfileReceiver {
 public:
  /// False: the profile is dropped.
  using Rewrite = std::function<bool(telemetry::LabelsBuilder& labels)>;

  explicit Rewriter(const base::metrics::Scope& metrics);

  /// From now on; forgets results. Of `cache_entries_max` label sets they are remembered.
  void set_rewrite(Rewrite rewrite, size_t cache_entries_max);
  void set_next(telemetry::Receivers<telemetry::ProfileBatch> next) { next_.set(std::move(next)); }
  /// From now on batches are abandoned.
  void close() { is_closed_ = true; }

  void receive(telemetry::ProfileBatch batch) final;

 protected:
  /// What became of one batch.
  struct Outcome {
    uint64_t received = 0;
    uint64_t kept = 0;
    uint64_t hits = 0, misses = 0;  ///< of the memory
    size_t remembered = 0;          ///< label sets, now
  };

 private:
  virtual void count(const Outcome& /*outcome*/) {}
  Outcome rewrite(telemetry::ProfileBatch& batch) EXCLUDES_LOCK(mutex_);

  const telemetry::Flow flow_;
  const telemetry::Flow::Counter dropped_ = flow_.filtered("relabel_rule");
  telemetry::Fanout<telemetry::ProfileBatch> next_;
  std::atomic<bool> is_closed_{false};

  struct Result {
    telemetry::Labels labels;
    bool is_kept = true;
  };
  using Cache = telemetry::LruCache<telemetry::Labels, Result, telemetry::LabelsHash>;
  base::Mutex mutex_;
  Rewrite rewrite_ GUARDED_BY(mutex_);
  Cache cache_ GUARDED_BY(mutex_){1};
};

}  // namespace components::pyroscope
