#include "components/loki/write/metrics.h"

#include <utility>

namespace components::loki::write {
namespace {

// Those of Grafana Alloy, which are there from the start.
constexpr std::string_view kUsualReasons[] = {
    drop_reason::kIngesterError, drop_reason::kRateLimited, drop_reason::kStreamLimited,
    drop_reason::kLineTooLong, drop_reason::kQueueIsFull};

constexpr std::chrono::minutes kForgetInterval{1};

}  // namespace

Metrics::Metrics(const base::metrics::Scope& scope, std::string host)
    : scope_(scope), host_(std::move(host)) {
  base::Lock lock(mutex_);
  make_series();
}

Metrics::~Metrics() {
  base::Lock lock(mutex_);
  release_gauges();
}

void Metrics::make_series() {
  const base::metrics::Labels labels = {{"host", host_}};
  received_ =
      scope_.counter("loki_write_received_entries_total", "Lines offered to the endpoint.", labels);
  queue_bytes_ =
      scope_.gauge("loki_write_queue_bytes", "Memory of what waits for the endpoint.", labels);
  queue_entries_ =
      scope_.gauge("loki_write_queue_entries", "Lines that wait for the endpoint.", labels);
  sending_since_ =
      scope_.gauge("loki_write_sending_since_timestamp_seconds",
                   "Arrival of the oldest line that is being sent, 0 for none.", labels);
  queue_bytes_->add(static_cast<double>(held_bytes_));
  queue_entries_->add(static_cast<double>(waiting_));
}

void Metrics::release_gauges() {
  queue_bytes_->add(-static_cast<double>(held_bytes_));
  queue_entries_->add(-static_cast<double>(waiting_));
}

void Metrics::set_host(std::string host) {
  base::Lock lock(mutex_);
  if (host == host_) return;
  release_gauges();
  sending_since_->set(0);
  host_ = std::move(host);
  tenants_.clear();
  durations_.clear();
  make_series();
  received_->add(static_cast<uint64_t>(waiting_));
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

void Metrics::announce(const std::string& name) {
  base::Lock lock(mutex_);
  own_ = name;
  tenant(name);
}

void Metrics::add_received(uint64_t entries) {
  base::Lock lock(mutex_);
  received_->add(entries);
}

void Metrics::add_sent(const std::string& name, uint64_t entries, uint64_t compressed_bytes) {
  base::Lock lock(mutex_);
  Tenant& of = tenant(name);
  of.sent_entries->add(entries);
  of.sent_bytes->add(compressed_bytes);
}

void Metrics::add_retry(const std::string& name) {
  base::Lock lock(mutex_);
  tenant(name).retries->add(1);
}

void Metrics::add_dropped(const std::string& name, std::string_view reason,
                          const sink::Amount& amount) {
  base::Lock lock(mutex_);
  Dropped& counts = dropped(name, reason);
  counts.entries->add(amount.entries);
  counts.bytes->add(amount.bytes);
}

void Metrics::observe(const std::string& name, int status, std::chrono::nanoseconds took) {
  base::Lock lock(mutex_);
  tenant(name);
  const std::string& as = shown(name);
  const auto [place, is_new] = durations_.try_emplace({as, status});
  Duration& duration = place->second;
  if (is_new) {
    const base::metrics::Labels labels = {
        {"status_code", std::to_string(status)}, {"host", host_}, {"tenant", as}};
    duration.seconds =
        scope_.gauge("loki_write_request_duration_seconds_sum", "Time spent on requests.", labels);
    duration.count =
        scope_.counter("loki_write_request_duration_seconds_count", "Number of requests.", labels);
  }
  duration.seconds->add(std::chrono::duration<double>(took).count());
  duration.count->add(1);
}

void Metrics::add_waiting(int64_t entries) {
  base::Lock lock(mutex_);
  waiting_ += entries;
  queue_entries_->add(static_cast<double>(entries));
}

void Metrics::set_held_bytes(size_t bytes) {
  base::Lock lock(mutex_);
  queue_bytes_->add(static_cast<double>(bytes) - static_cast<double>(held_bytes_));
  held_bytes_ = bytes;
}

void Metrics::set_sending_since(double unix_seconds) {
  base::Lock lock(mutex_);
  sending_since_->set(unix_seconds);
}

}  // namespace components::loki::write
