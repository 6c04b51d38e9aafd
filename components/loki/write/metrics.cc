#include "components/loki/write/metrics.h"

#include <utility>

namespace components::loki::write {

Metrics::Metrics(const base::metrics::Scope& scope, std::string host)
    : scope_(scope), host_(std::move(host)) {
  const base::metrics::Labels labels = {{"host", host_}};
  received =
      scope_.counter("loki_write_received_entries_total", "Lines offered to the endpoint.", labels);
  queue_bytes =
      scope_.gauge("loki_write_queue_bytes", "Memory of what waits for the endpoint.", labels);
  queue_entries =
      scope_.gauge("loki_write_queue_entries", "Lines that wait for the endpoint.", labels);
  sending_since =
      scope_.gauge("loki_write_sending_since_timestamp_seconds",
                   "Arrival of the oldest line that is being sent, 0 for none.", labels);
}

const Metrics::Tenant& Metrics::tenant(const std::string& name) {
  const auto [place, is_new] = tenants_.try_emplace(name);
  Tenant& tenant = place->second;
  if (!is_new) return tenant;
  const base::metrics::Labels labels = {{"host", host_}, {"tenant", name}};
  tenant.sent_entries =
      scope_.counter("loki_write_sent_entries_total", "Lines that the endpoint took.", labels);
  tenant.sent_bytes = scope_.counter("loki_write_sent_bytes_total",
                                     "Compressed bytes that the endpoint took.", labels);
  tenant.retries = scope_.counter("loki_write_batch_retries_total",
                                  "Requests that had to be tried again.", labels);
  for (size_t i = 0; i < kDropNames.size(); ++i) {
    auto of_reason = labels;
    of_reason.emplace_back("reason", kDropNames[i]);
    tenant.dropped[i] = {
        scope_.counter("loki_write_dropped_entries_total", "Lines dropped on purpose.", of_reason),
        scope_.counter("loki_write_dropped_bytes_total", "Bytes of lines dropped on purpose.",
                       of_reason)};
  }
  return tenant;
}

void Metrics::observe(const std::string& tenant, int status, std::chrono::nanoseconds took) {
  const auto [place, is_new] = durations_.try_emplace({tenant, status});
  Duration& duration = place->second;
  if (is_new) {
    const base::metrics::Labels labels = {
        {"status_code", std::to_string(status)}, {"host", host_}, {"tenant", tenant}};
    duration.seconds =
        scope_.gauge("loki_write_request_duration_seconds_sum", "Time spent on requests.", labels);
    duration.count =
        scope_.counter("loki_write_request_duration_seconds_count", "Number of requests.", labels);
  }
  duration.seconds->add(std::chrono::duration<double>(took).count());
  duration.count->add(1);
}

}  // namespace components::loki::write
