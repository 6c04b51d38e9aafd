#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "components/otelcol/shared/export/settings.h"
#include "components/shared/sink/endpoint_flow.h"
#include "components/shared/sink/metrics.h"

namespace components::otelcol {

/// What is counted of the endpoint of one signal: the uniform series, and those of the collector.
/// Thread safe.
class ExportMetrics final : public sink::Metrics {
 public:
  ExportMetrics(const base::metrics::Scope& scope, const ExportSettings& settings);

  void use(const sink::Settings& settings) override;
  std::shared_ptr<const void> counted() const override;
  void add_received(uint64_t entries) override;
  void add_sent(const std::string& lane, uint64_t entries, uint64_t compressed_bytes) override;
  void add_retry(const std::string& lane, uint64_t entries) override;
  void add_dropped(const std::string& lane, std::string_view reason,
                   const sink::Amount& amount) override;
  void add_abandoned(uint64_t entries) override;
  void observe(const std::string&, int, std::chrono::nanoseconds, size_t) override {}
  void observe_latency(const std::string&, std::chrono::nanoseconds, uint64_t) override {}
  void add_waiting(int64_t entries) override;
  void set_held_bytes(size_t bytes) override;
  void set_oldest(sink::Clock::time_point came) override;

 private:
  const std::shared_ptr<base::metrics::Counter> sent_, failed_, bytes_;
  mutable base::Mutex mutex_;
  std::string host_ GUARDED_BY(mutex_);
  sink::EndpointFlow flow_ GUARDED_BY(mutex_);
};

}  // namespace components::otelcol
