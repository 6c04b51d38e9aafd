#include "components/prometheus/remote_write/metrics.h"

#include <utility>

namespace components::prometheus::remote_write {
namespace {

// Bounds of Prometheus' own buckets for the same histogram.
constexpr double kDurations[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
                                 2.5,   5,    10,    25,   60,  120,  300};
constexpr double kMillis = 1000;

bool is_failure(std::string_view reason) {
  return reason == drop_reason::kIngesterError || reason == drop_reason::kRateLimited;
}

}  // namespace

Metrics::Series::Series(const base::metrics::Scope& scope, const Settings& settings)
    : labels({{"remote_name", settings.remote_name}, {"url", settings.shown_url()}}) {
  const auto counter = [&](std::string_view name, std::string_view help) {
    return scope.counter("prometheus_remote_storage_" + std::string(name), help, labels);
  };
  const auto gauge = [&](std::string_view name, std::string_view help) {
    return scope.gauge("prometheus_remote_storage_" + std::string(name), help, labels);
  };
  sent = counter("samples_total", "Samples that were sent, each try counted.");
  failed = counter("samples_failed_total", "Samples that the server refused for good.");
  retried = counter("samples_retried_total", "Samples of requests that were tried again.");
  bytes = counter("bytes_total", "Compressed bytes that the server accepted.");
  duration = scope.histogram("prometheus_remote_storage_sent_batch_duration_seconds",
                             "Time until requests were answered.", labels, kDurations);
  pending = gauge("samples_pending", "Samples that wait, or are being sent.");
  highest_received =
      gauge("queue_highest_timestamp_seconds", "Time of the newest sample that came here.");
  highest_sent =
      gauge("queue_highest_sent_timestamp_seconds", "Time of the newest sample that was accepted.");
  shards = gauge("shards", "Parallel requests.");
  shards_max = gauge("shards_max", "Largest number of parallel requests.");
  shards_min = gauge("shards_min", "Smallest number of parallel requests.");
  shard_capacity = gauge("shard_capacity", "Samples that may wait for each parallel request.");
  samples_per_send = gauge("max_samples_per_send", "Samples in one request.");
}

Metrics::Metrics(const base::metrics::Scope& scope, const Settings& settings)
    : FlowMetrics(scope, telemetry::Flow::kSamples, settings),
      scope_(scope),
      series_(scope, settings) {
  base::Lock lock(mutex_);
  show(settings);
}

void Metrics::show(const Settings& settings) {
  const QueueArguments& queue = settings.endpoint.queue_config;
  series_.shards->set(static_cast<double>(settings.shards));
  series_.shards_max->set(static_cast<double>(queue.max_shards));
  series_.shards_min->set(static_cast<double>(queue.min_shards));
  series_.shard_capacity->set(static_cast<double>(queue.capacity));
  series_.samples_per_send->set(static_cast<double>(queue.max_samples_per_send));
  series_.pending->set(static_cast<double>(pending_));
  series_.highest_received->set(static_cast<double>(received_ms_) / kMillis);
  series_.highest_sent->set(static_cast<double>(sent_ms_) / kMillis);
}

void Metrics::use(const sink::Settings& settings) {
  const auto& mine = static_cast<const Settings&>(settings);
  base::Lock lock(mutex_);
  follow_host(mine);
  if (Series next(scope_, mine); next.labels != series_.labels) series_ = std::move(next);
  show(mine);
}

std::shared_ptr<const void> Metrics::counted() const {
  struct Counted {
    telemetry::Flow flow;
    Counter failed;
    Series::ByReason dropped;
  };
  base::Lock lock(mutex_);
  return std::make_shared<const Counted>(Counted{flow_.flow(), series_.failed, series_.dropped});
}

void Metrics::add_sent(const std::string&, uint64_t entries, uint64_t compressed_bytes) {
  base::Lock lock(mutex_);
  flow_.send(entries);
  series_.sent->add(entries);
  series_.bytes->add(compressed_bytes);
}

void Metrics::add_retry(const std::string&, uint64_t entries) {
  base::Lock lock(mutex_);
  flow_.repeat(entries);
  series_.sent->add(entries);
  series_.retried->add(entries);
}

void Metrics::add_dropped(const std::string&, std::string_view reason, const sink::Amount& amount) {
  base::Lock lock(mutex_);
  if (reason == drop_reason::kDroppedSeries || reason == drop_reason::kUnchanged)
    flow_.filter(reason, amount.entries);
  else
    flow_.drop(reason, amount.entries);
  if (is_failure(reason)) {
    series_.sent->add(amount.entries);
    return series_.failed->add(amount.entries);
  }
  Counter& dropped = series_.dropped[reason];
  if (dropped == nullptr) {
    base::metrics::Labels labels = series_.labels;
    labels.emplace_back("reason", reason);
    dropped = scope_.counter("prometheus_remote_storage_samples_dropped_total",
                             "Samples that were not sent.", std::move(labels));
  }
  dropped->add(amount.entries);
}

void Metrics::observe(const std::string&, int, std::chrono::nanoseconds took, size_t) {
  base::Lock lock(mutex_);
  series_.duration->observe(std::chrono::duration<double>(took).count());
}

void Metrics::observe_latency(const std::string&, std::chrono::nanoseconds, uint64_t) {}

void Metrics::add_waiting(int64_t entries) {
  FlowMetrics::add_waiting(entries);
  base::Lock lock(mutex_);
  pending_ += entries;
  series_.pending->set(static_cast<double>(pending_));
}

void Metrics::raise(Gauge& gauge, int64_t& highest_ms, int64_t time_ms) {
  if (time_ms <= highest_ms) return;
  highest_ms = time_ms;
  gauge->set(static_cast<double>(time_ms) / kMillis);
}

void Metrics::note_received_time(int64_t time_ms) {
  base::Lock lock(mutex_);
  raise(series_.highest_received, received_ms_, time_ms);
}

void Metrics::note_sent_time(int64_t time_ms) {
  base::Lock lock(mutex_);
  raise(series_.highest_sent, sent_ms_, time_ms);
}

}  // namespace components::prometheus::remote_write
