#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "base/mutex.h"
#include "components/prometheus/remote_write/settings.h"
#include "components/shared/sink/endpoint_flow.h"
#include "components/shared/sink/metrics.h"

namespace components::prometheus::remote_write {

/// Values of the label `reason` of what is dropped, besides those of all sinks.
namespace drop_reason {
using namespace sink::drop_reason;
/// Older than sample_age_limit.
inline constexpr std::string_view kTooOld = "too_old";
/// A write_relabel_config says so.
inline constexpr std::string_view kDroppedSeries = "dropped_series";
/// A sample of the same series and time came before: a rule has made one series of two.
inline constexpr std::string_view kDuplicate = "duplicate_timestamp";
/// The same sample as before: targets with explicit timestamps expose it again and again.
inline constexpr std::string_view kUnchanged = "unchanged";
/// A native histogram or an exemplar, which the endpoint is not to get.
inline constexpr std::string_view kNotSent = "not_sent";
}  // namespace drop_reason

/// The series of one endpoint: those of Prometheus' remote storage, distinguished by remote_name
/// and url. Histograms and exemplars are counted with the samples. Thread safe.
class Metrics final : public sink::FlowMetrics {
 public:
  Metrics(const base::metrics::Scope& scope, const Settings& settings);

  void use(const sink::Settings& settings) override;
  std::shared_ptr<const void> counted() const override;
  void add_sent(const std::string& lane, uint64_t entries, uint64_t compressed_bytes) override;
  void add_retry(const std::string& lane, uint64_t entries) override;
  void add_dropped(const std::string& lane, std::string_view reason,
                   const sink::Amount& amount) override;
  void observe(const std::string& lane, int status, std::chrono::nanoseconds took,
               size_t body_bytes) override;
  void observe_latency(const std::string& lane, std::chrono::nanoseconds latency,
                       uint64_t entries) override;
  void add_waiting(int64_t entries) override;

  /// The newest sample that came to the endpoint, and the newest that its server took.
  void note_received_time(int64_t time_ms);
  void note_sent_time(int64_t time_ms);

 private:
  using Counter = std::shared_ptr<base::metrics::Counter>;
  using Gauge = std::shared_ptr<base::metrics::Gauge>;

  /// Prometheus' series.
  struct Series {
    Series(const base::metrics::Scope& scope, const Settings& settings);
    base::metrics::Labels labels;
    Counter sent, failed, retried, bytes;
    std::shared_ptr<base::metrics::Histogram> duration;
    Gauge pending, highest_received, highest_sent;
    Gauge shards, shards_max, shards_min, shard_capacity, samples_per_send;
    using ByReason = std::map<std::string_view, Counter>;  ///< constants
    ByReason dropped;
  };
  void show(const Settings& settings) REQUIRES_LOCK(mutex_);
  static void raise(Gauge& gauge, int64_t& highest_ms, int64_t time_ms);

  const base::metrics::Scope scope_;
  Series series_ GUARDED_BY(mutex_);
  int64_t pending_ GUARDED_BY(mutex_) = 0;
  int64_t received_ms_ GUARDED_BY(mutex_) = 0;
  int64_t sent_ms_ GUARDED_BY(mutex_) = 0;
};

}  // namespace components::prometheus::remote_write
