#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "components/pyroscope/write/settings.h"
#include "components/shared/sink/endpoint_flow.h"
#include "components/shared/sink/metrics.h"

namespace components::pyroscope::write {

/// Values of the label `reason` of what is dropped, besides those of all sinks.
namespace drop_reason {
using namespace sink::drop_reason;
/// No label is left, or one cannot be sent: not UTF-8, or a text that /ingest has no quotes for.
inline constexpr std::string_view kInvalidLabels = "invalid_labels";
}  // namespace drop_reason

/// The series of one endpoint, distinguished by its url. Thread safe.
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

 private:
  using Counter = std::shared_ptr<base::metrics::Counter>;
  using Histogram = std::shared_ptr<base::metrics::Histogram>;

  /// Grafana Alloy's series.
  struct Series {
    Series(const base::metrics::Scope& scope, const Settings& settings);
    Counter sent_bytes, sent, dropped_bytes, dropped, retries;
    struct Latencies {
      Histogram of_try, total;
    };
    Latencies push, ingest;
    const Latencies& of(std::string_view lane) const { return lane.empty() ? push : ingest; }
  };

  const base::metrics::Scope scope_;
  Series series_ GUARDED_BY(mutex_);
};

}  // namespace components::pyroscope::write
