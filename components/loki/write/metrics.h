#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/metrics.h"
#include "base/mutex.h"

namespace components::loki::write {

/// Values of the label `reason` of loki_write_dropped_entries_total that are decided here. What
/// Loki itself refuses is counted with the reason that Loki gives (refusal.cc).
namespace drop_reason {
/// The server refused them without a reason that is known, or max_backoff_retries is used up.
inline constexpr std::string_view kIngesterError = "ingester_error";
/// Answered 429 while retry_on_http_429 is false.
inline constexpr std::string_view kRateLimited = "rate_limited";
/// Above max_streams.
inline constexpr std::string_view kStreamLimited = "stream_limited";
/// Longer than the server accepts, even in a request of its own.
inline constexpr std::string_view kLineTooLong = "line_too_long";
/// block_on_overflow is false.
inline constexpr std::string_view kQueueIsFull = "queue_is_full";
/// Still waiting when their endpoint was removed from the configuration.
inline constexpr std::string_view kEndpointRemoved = "endpoint_removed";
/// __tenant_id__ cannot be sent in a header.
inline constexpr std::string_view kInvalidTenant = "invalid_tenant";
}  // namespace drop_reason

/// The series of one endpoint, distinguished by host. Series of a tenant appear with its first
/// line, at zero. Tenants may come from log lines, so only the first kTenantsMax have series of
/// their own; the others share those of kOtherTenants. Thread safe.
class Metrics {
 public:
  static constexpr size_t kTenantsMax = 1000;
  static constexpr std::string_view kOtherTenants = "(others)";

  Metrics(const base::metrics::Scope& scope, std::string host);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// The endpoint sends to another host from now on: its series begin again, with what waits
  /// counted as received there.
  void set_host(std::string host);

  /// Makes the tenant's series, at zero.
  void announce(const std::string& tenant);
  /// Entries offered to the endpoint.
  void add_received(uint64_t entries);
  void add_sent(const std::string& tenant, uint64_t entries, uint64_t compressed_bytes);
  void add_retry(const std::string& tenant);
  void add_dropped(const std::string& tenant, std::string_view reason, uint64_t entries,
                   uint64_t bytes);
  /// Counts one try; status -1: there was no answer.
  void observe(const std::string& tenant, int status, std::chrono::nanoseconds took);

  /// Entries that wait or are being sent: more, or fewer.
  void add_waiting(int64_t entries);
  /// Memory of what waits or is being sent.
  void set_held_bytes(size_t bytes);
  /// When the oldest line of the request that is being delivered came; 0 between requests. What
  /// waits is younger, so this is how far behind the endpoint is.
  void set_sending_since(double unix_seconds);

 private:
  struct Dropped {
    std::shared_ptr<base::metrics::Counter> entries;
    std::shared_ptr<base::metrics::Counter> bytes;
  };
  struct Tenant {
    std::shared_ptr<base::metrics::Counter> sent_entries;
    std::shared_ptr<base::metrics::Counter> sent_bytes;
    std::shared_ptr<base::metrics::Counter> retries;
    std::map<std::string_view, Dropped> dropped;  ///< by reason; reasons are constants
  };
  struct Duration {
    std::shared_ptr<base::metrics::Gauge> seconds;
    std::shared_ptr<base::metrics::Counter> count;
  };

  void make_series() REQUIRES_LOCK(mutex_);
  void release_gauges() REQUIRES_LOCK(mutex_);
  const std::string& shown(const std::string& tenant) const REQUIRES_LOCK(mutex_);
  Tenant& tenant(const std::string& name) REQUIRES_LOCK(mutex_);
  Dropped& dropped(const std::string& tenant, std::string_view reason) REQUIRES_LOCK(mutex_);

  const base::metrics::Scope scope_;
  mutable base::Mutex mutex_;
  std::string host_ GUARDED_BY(mutex_);
  std::shared_ptr<base::metrics::Counter> received_ GUARDED_BY(mutex_);
  std::shared_ptr<base::metrics::Gauge> queue_bytes_ GUARDED_BY(mutex_);
  std::shared_ptr<base::metrics::Gauge> queue_entries_ GUARDED_BY(mutex_);
  std::shared_ptr<base::metrics::Gauge> sending_since_ GUARDED_BY(mutex_);
  std::map<std::string, Tenant> tenants_ GUARDED_BY(mutex_);
  std::map<std::pair<std::string, int>, Duration> durations_ GUARDED_BY(mutex_);
  // Our parts of the gauges, which endpoints of the same host share.
  int64_t waiting_ GUARDED_BY(mutex_) = 0;
  size_t held_bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace components::loki::write
