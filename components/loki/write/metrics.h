#pragma once
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/metrics.h"

namespace components::loki::write {

/// Why lines were dropped on purpose.
enum class Drop {
  ingester_error,    ///< the server refused them, or the tries that the config allows are used up
  rate_limited,      ///< answered 429 while retry_on_http_429 is false
  stream_limited,    ///< above max_streams
  queue_is_full,     ///< block_on_overflow is false
  endpoint_removed,  ///< still waiting when their endpoint went from the config
};
inline constexpr std::array<std::string_view, 5> kDropNames = {
    "ingester_error", "rate_limited", "stream_limited", "queue_is_full", "endpoint_removed"};

/// The series of one endpoint, told apart by host. Series of a tenant appear with its first line,
/// at zero. Not thread safe, but the counters are.
class Metrics {
 public:
  struct Lost {
    std::shared_ptr<base::metrics::Counter> entries;
    std::shared_ptr<base::metrics::Counter> bytes;
    void add(uint64_t more_entries, uint64_t more_bytes) const {
      entries->add(more_entries);
      bytes->add(more_bytes);
    }
  };
  struct Tenant {
    std::shared_ptr<base::metrics::Counter> sent_entries;
    std::shared_ptr<base::metrics::Counter> sent_bytes;  ///< compressed
    std::shared_ptr<base::metrics::Counter> retries;
    std::array<Lost, kDropNames.size()> dropped;
    const Lost& lost(Drop why) const { return dropped[static_cast<size_t>(why)]; }
  };

  Metrics(const base::metrics::Scope& scope, std::string host);

  const Tenant& tenant(const std::string& name);
  /// Counts one try; status -1 stands for an error of the transport.
  void observe(const std::string& tenant, int status, std::chrono::nanoseconds took);

  std::shared_ptr<base::metrics::Counter> received;  ///< entries offered to the endpoint
  std::shared_ptr<base::metrics::Gauge> queue_bytes;
  std::shared_ptr<base::metrics::Gauge> queue_entries;
  /// When the oldest line of the request that is being delivered came; 0 between requests. What
  /// stands behind it is younger, so this is how far behind the endpoint is.
  std::shared_ptr<base::metrics::Gauge> sending_since;

 private:
  struct Duration {
    std::shared_ptr<base::metrics::Gauge> seconds;
    std::shared_ptr<base::metrics::Counter> count;
  };

  base::metrics::Scope scope_;
  std::string host_;
  std::map<std::string, Tenant> tenants_;
  std::map<std::pair<std::string, int>, Duration> durations_;
};

}  // namespace components::loki::write
