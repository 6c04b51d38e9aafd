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
#include "components/shared/sink/endpoint_flow.h"
#include "components/shared/sink/metrics.h"

namespace components::loki::write {

/// Values of the label `reason` of loki_write_dropped_entries_total, besides those of all sinks.
/// What Loki itself refuses is counted with the reason that Loki gives (refusal.cc).
namespace drop_reason {
using namespace sink::drop_reason;
/// Above max_streams.
inline constexpr std::string_view kStreamLimited = "stream_limited";
/// Longer than the server accepts, even in a request of its own.
inline constexpr std::string_view kLineTooLong = "line_too_long";
/// __tenant_id__ cannot be sent in a header.
inline constexpr std::string_view kInvalidTenant = "invalid_tenant";
}  // namespace drop_reason

/// The series of one endpoint, distinguished by host. Series of a tenant appear with its first
/// line, at zero, and go when nothing happened for kTenantIdle, except for the endpoint's own.
/// Tenants may come from log lines, so only kTenantsMax have series of their own; the others share
/// those of kOtherTenants. Thread safe.
class Metrics final : public sink::FlowMetrics {
 public:
  static constexpr size_t kTenantsMax = 1000;
  static constexpr std::string_view kOtherTenants = "(others)";
  static constexpr std::chrono::hours kTenantIdle{1};

  /// Makes the series of the endpoint's own tenant, at zero, for good.
  Metrics(const base::metrics::Scope& scope, const sink::Settings& settings);

  void use(const sink::Settings& settings) override;
  /// Lets go of the series of idle tenants. Called from time to time when there is a new one.
  void forget_idle(sink::Clock::time_point now);

  std::shared_ptr<const void> counted() const override;
  void add_sent(const std::string& tenant, uint64_t entries, uint64_t compressed_bytes) override;
  void add_retry(const std::string& tenant, uint64_t entries) override;
  void add_dropped(const std::string& tenant, std::string_view reason,
                   const sink::Amount& amount) override;
  void observe(const std::string& tenant, int status, std::chrono::nanoseconds took,
               size_t body_bytes) override;
  void observe_latency(const std::string& tenant, std::chrono::nanoseconds latency,
                       uint64_t entries) override;

 private:
  using Histogram = std::shared_ptr<base::metrics::Histogram>;
  struct Dropped {
    std::shared_ptr<base::metrics::Counter> entries;
    std::shared_ptr<base::metrics::Counter> bytes;
  };
  struct Tenant {
    std::shared_ptr<base::metrics::Counter> sent_entries;
    std::shared_ptr<base::metrics::Counter> sent_bytes;
    std::shared_ptr<base::metrics::Counter> retries;
    Histogram request_bytes;
    Histogram latency;
    std::map<std::string_view, Dropped> dropped;  ///< by reason; reasons are constants
    sink::Clock::time_point used;
  };

  void forget(sink::Clock::time_point now) REQUIRES_LOCK(mutex_);
  const std::string& shown(const std::string& tenant) const REQUIRES_LOCK(mutex_);
  Tenant& tenant(const std::string& name) REQUIRES_LOCK(mutex_);
  Dropped& dropped(const std::string& tenant, std::string_view reason) REQUIRES_LOCK(mutex_);

  const base::metrics::Scope scope_;
  std::string own_ GUARDED_BY(mutex_);  ///< tenant
  sink::Clock::time_point forgot_ GUARDED_BY(mutex_);
  std::map<std::string, Tenant> tenants_ GUARDED_BY(mutex_);
  std::map<std::pair<std::string, int>, Histogram> durations_ GUARDED_BY(mutex_);
};

}  // namespace components::loki::write
