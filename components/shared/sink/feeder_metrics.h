#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/metrics.h"

namespace components::sink {

/// The series of what waits on disk for one endpoint. Not thread safe.
class FeederMetrics {
 public:
  explicit FeederMetrics(const base::metrics::Scope& scope) : scope_(scope) {}

  /// From now on under this name of the endpoint.
  void set_name(const std::string& name) {
    const base::metrics::Labels labels{{"endpoint", name}};
    records_ = scope_.gauge("tributary_disk_queue_records",
                            "Batches that wait for the endpoint on disk only.", labels);
    oldest_ = scope_.gauge("tributary_disk_queue_oldest_timestamp_seconds",
                           "When the oldest of them came; 0: there is none.", labels);
    spilled_ = scope_.counter("tributary_disk_queue_spilled_entries_total",
                              "Entries that the endpoint did not take when they came, so that "
                              "they wait on disk only.",
                              labels);
    replayed_ = scope_.counter("tributary_disk_queue_replayed_entries_total",
                               "Entries read from disk for the endpoint.", labels);
    recovered_ = scope_.counter("tributary_disk_queue_recovered_entries_total",
                                "Entries found on disk that a run before had left.", labels);
  }

  void set_records(uint64_t unread) {
    records_->set(static_cast<double>(unread));
    if (unread == 0) oldest_->set(0);
  }
  /// When the oldest record came.
  void set_oldest(int64_t unix_ms) { oldest_->set(static_cast<double>(unix_ms) / 1000); }
  bool has_oldest() const { return oldest_->value() != 0; }
  void recover(uint64_t entries) { recovered_->add(entries); }
  void spill(uint64_t entries) { spilled_->add(entries); }
  void replay(uint64_t entries) { replayed_->add(entries); }

 private:
  const base::metrics::Scope scope_;
  std::shared_ptr<base::metrics::Gauge> records_, oldest_;
  std::shared_ptr<base::metrics::Counter> spilled_, replayed_, recovered_;
};

}  // namespace components::sink
