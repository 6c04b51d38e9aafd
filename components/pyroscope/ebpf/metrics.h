#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/metrics.h"
#include "base/mutex.h"
#include "profiling/window.h"
#include "telemetry/flow.h"

namespace components::pyroscope::ebpf {

/// What the component counts: Grafana Alloy's names, and the profiler's own losses. Thread safe.
class Metrics {
 public:
  explicit Metrics(const base::metrics::Scope& scope);

  void begin_session(bool failed) const;
  void set_targets(size_t targets) const { targets_->set(static_cast<double>(targets)); }
  /// Adds what has happened since the counters of before.
  void add(const profiling::Counters& now, const profiling::Counters& before) const;
  /// A profile is handed over. Of more than 200 services the rest is counted as "other".
  void add_profile(const std::string& service, uint64_t bytes, uint64_t samples) const;

  /// An interval was dropped, as receivers took no more.
  void drop(const profiling::Window& window) const;

  const telemetry::Flow flow;

 private:
  struct OfService {
    std::shared_ptr<base::metrics::Counter> profiles, bytes, samples;
  };

  base::metrics::Scope scope_;
  std::shared_ptr<base::metrics::Gauge> targets_, processes_, rows_bytes_;
  std::shared_ptr<base::metrics::Counter> sessions_, failing_sessions_, dropped_profiles_;
  std::shared_ptr<base::metrics::Counter> samples_, lost_, throttled_, cut_, broken_, no_room_,
      thirty_two_bit_, overrun_;
  mutable base::Mutex mutex_;
  mutable std::map<std::string, OfService> services_ GUARDED_BY(mutex_);
};

}  // namespace components::pyroscope::ebpf
