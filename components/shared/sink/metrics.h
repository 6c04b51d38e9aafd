#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "components/shared/sink/request.h"
#include "components/shared/sink/settings.h"

namespace components::sink {

/// Reasons of a drop that are decided here. What a server refuses is dropped with the reason that
/// the protocol finds in its answer.
namespace drop_reason {
/// The server refused them without a reason that is known, or max_backoff_retries is used up.
inline constexpr std::string_view kIngesterError = "ingester_error";
/// Answered 429 while retry_on_http_429 is false.
inline constexpr std::string_view kRateLimited = "rate_limited";
/// block_on_overflow is false.
inline constexpr std::string_view kQueueIsFull = "queue_is_full";
/// Still waiting when their endpoint was removed from the configuration.
inline constexpr std::string_view kEndpointRemoved = "endpoint_removed";
/// The oldest in a disk queue that was full, when what came could not be sent again.
inline constexpr std::string_view kDiskFull = "disk_full";
/// Read from a disk queue, and no batch.
inline constexpr std::string_view kDiskDamaged = "disk_damaged";
}  // namespace drop_reason

/// What is counted of one endpoint. A component implements it with the series that Grafana Alloy
/// has for it. A lane is a tenant, for protocols that have them. Thread safe.
class Metrics {
 public:
  virtual ~Metrics() = default;

  /// The endpoint goes by other settings from now on. When the host is another one, the series
  /// begin again under its name.
  virtual void use(const Settings& settings) = 0;

  /// While this is held, what was counted as gone from the endpoint stays on /metrics.
  virtual std::shared_ptr<const void> counted() const { return nullptr; }

  /// Entries offered to the endpoint.
  virtual void add_received(uint64_t entries) = 0;
  virtual void add_sent(const std::string& lane, uint64_t entries, uint64_t compressed_bytes) = 0;
  /// A request with so many entries is tried again.
  virtual void add_retry(const std::string& lane, uint64_t entries) = 0;
  virtual void add_dropped(const std::string& lane, std::string_view reason,
                           const Amount& amount) = 0;
  /// Entries that will not be delivered, which their sources read again if they can.
  virtual void add_abandoned(uint64_t entries) = 0;
  /// Counts one try to send a body of so many bytes; status kNoAnswer: there was no answer.
  virtual void observe(const std::string& lane, int status, std::chrono::nanoseconds took,
                       size_t body_bytes) = 0;
  /// Entries were delivered or dropped, so long after they came.
  virtual void observe_latency(const std::string& lane, std::chrono::nanoseconds latency,
                               uint64_t entries) = 0;

  /// Entries that wait, at the door as well, or are being sent: more, or fewer.
  virtual void add_waiting(int64_t entries) = 0;
  /// Memory of what waits or is being sent.
  virtual void set_held_bytes(size_t bytes) = 0;
  /// When the oldest entry of the requests that are ready or being sent came; max(): there are
  /// none. What waits after them is younger, so this is how far behind the endpoint is.
  virtual void set_oldest(Clock::time_point came) = 0;
};

}  // namespace components::sink
