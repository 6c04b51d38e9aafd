#include "components/loki/write/metrics.h"

#include <utility>
#include <vector>

namespace components::loki::write {
namespace {

// Those of Grafana Alloy, which are there from the start.
constexpr std::string_view kUsualReasons[] = {
    drop_reason::kIngesterError, drop_reason::kRateLimited, drop_reason::kStreamLimited,
    drop_reason::kLineTooLong, drop_reason::kQueueIsFull};

constexpr std::chrono::minutes kForgetInterval{1};

// Bounds of buckets. Those of durations are Prometheus' usual ones.
constexpr double kDurations[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
constexpr double kLatencies[] = {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600};
constexpr double kKib = 1024;
constexpr double kRequestBytes[] = {kKib,        4 * kKib,    16 * kKib,    64 * kKib,
                                    256 * kKib,  512 * kKib,  1024 * kKib,  2048 * kKib,
                                    4096 * kKib, 8192 * kKib, 16384 * kKib, 20480 * kKib};

}  // namespace

Metrics::Metrics(const base::metrics::Scope& scope, const sink::Settings& settings)
    : FlowMetrics(scope, telemetry::Flow::kLines, settings),
      scope_(scope),
      own_(settings.own_lane) {
  base::Lock lock(mutex_);
  tenant(own_);
}

void Metrics::use(const sink::Settings& settings) {
  base::Lock lock(mutex_);
  if (follow_host(settings)) {
    tenants_.clear();
    durations_.clear();
  }
  own_ = settings.own_lane;
  tenant(own_);
}

void Metrics::forget(sink::Clock::time_point now) {
  forgot_ = now;
  const auto is_idle = [&](const std::string& name, const Tenant& tenant) REQUIRES_LOCK(mutex_) {
    return name != own_ && now - tenant.used >= kTenantIdle;
  };
  std::erase_if(tenants_, [&](const auto& entry)
                              REQUIRES_LOCK(mutex_) { return is_idle(entry.first, entry.second); });
  std::erase_if(durations_, [&](const auto& entry) REQUIRES_LOCK(mutex_) {
    return !tenants_.contains(entry.first.first);
  });
}

void Metrics::forget_idle(sink::Clock::time_point now) {
  base::Lock lock(mutex_);
  forget(now);
}

const std::string& Metrics::shown(const std::string& tenant) const {
  static const std::string kOthers(kOtherTenants);
  return tenants_.size() < kTenantsMax || tenants_.contains(tenant) ? tenant : kOthers;
}

Metrics::Tenant& Metrics::tenant(const std::string& name) {
  const auto now = sink::Clock::now();
  if (!tenants_.contains(name) && now - forgot_ >= kForgetInterval) forget(now);
  const std::string& as = shown(name);
  const auto [place, is_new] = tenants_.try_emplace(as);
  Tenant& tenant = place->second;
  tenant.used = now;
  if (!is_new) return tenant;
  const base::metrics::Labels labels = {{"host", host_}, {"tenant", as}};
  tenant.sent_entries =
      scope_.counter("loki_write_sent_entries_total", "Lines that the endpoint accepted.", labels);
  tenant.sent_bytes = scope_.counter("loki_write_sent_bytes_total",
                                     "Compressed bytes that the endpoint accepted.", labels);
  tenant.retries =
      scope_.counter("loki_write_batch_retries_total", "Requests that were tried again.", labels);
  tenant.request_bytes = scope_.histogram("loki_write_request_size_bytes",
                                          "Size of requests, compressed.", labels, kRequestBytes);
  tenant.latency = scope_.histogram(
      "loki_write_entry_propagation_latency_seconds",
      "Time from the arrival of lines until they are accepted or dropped.", labels, kLatencies);
  for (const std::string_view reason : kUsualReasons) dropped(as, reason);
  return tenant;
}

Metrics::Dropped& Metrics::dropped(const std::string& name, std::string_view reason) {
  Tenant& of = tenant(name);
  const auto [place, is_new] = of.dropped.try_emplace(reason);
  if (!is_new) return place->second;
  const base::metrics::Labels labels = {
      {"host", host_}, {"tenant", shown(name)}, {"reason", std::string(reason)}};
  place->second = {
      scope_.counter("loki_write_dropped_entries_total", "Lines dropped on purpose.", labels),
      scope_.counter("loki_write_dropped_bytes_total", "Bytes of lines dropped on purpose.",
                     labels)};
  return place->second;
}

std::shared_ptr<const void> Metrics::counted() const {
  struct Counted {
    telemetry::Flow flow;
    std::vector<Dropped> dropped;
  };
  base::Lock lock(mutex_);
  auto counted = std::make_shared<Counted>(Counted{flow_.flow(), {}});
  for (const auto& [name, tenant] : tenants_)
    for (const auto& [reason, dropped] : tenant.dropped)
      if (dropped.entries->value() > 0) counted->dropped.push_back(dropped);
  return counted;
}

void Metrics::add_sent(const std::string& name, uint64_t entries, uint64_t compressed_bytes) {
  base::Lock lock(mutex_);
  Tenant& of = tenant(name);
  of.sent_entries->add(entries);
  of.sent_bytes->add(compressed_bytes);
  flow_.send(entries);
}

void Metrics::add_retry(const std::string& name, uint64_t entries) {
  base::Lock lock(mutex_);
  tenant(name).retries->add(1);
  flow_.repeat(entries);
}

void Metrics::add_dropped(const std::string& name, std::string_view reason,
                          const sink::Amount& amount) {
  base::Lock lock(mutex_);
  Dropped& counts = dropped(name, reason);
  counts.entries->add(amount.entries);
  counts.bytes->add(amount.bytes);
  flow_.drop(reason, amount.entries);
}

void Metrics::observe(const std::string& name, int status, std::chrono::nanoseconds took,
                      size_t body_bytes) {
  base::Lock lock(mutex_);
  tenant(name).request_bytes->observe(static_cast<double>(body_bytes));
  const std::string& as = shown(name);
  Histogram& duration = durations_[{as, status}];
  if (duration == nullptr)
    duration = scope_.histogram(
        "loki_write_request_duration_seconds", "Time until requests were answered.",
        {{"status_code", std::to_string(status)}, {"host", host_}, {"tenant", as}}, kDurations);
  duration->observe(std::chrono::duration<double>(took).count());
}

void Metrics::observe_latency(const std::string& name, std::chrono::nanoseconds latency,
                              uint64_t entries) {
  base::Lock lock(mutex_);
  tenant(name).latency->observe(std::chrono::duration<double>(latency).count(), entries);
}

}  // namespace components::loki::write
