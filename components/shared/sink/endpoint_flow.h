#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "base/mutex.h"
#include "components/shared/sink/metrics.h"
#include "components/shared/sink/request.h"
#include "telemetry/flow.h"

namespace components::sink {

/// The uniform series (telemetry/flow.h) of one endpoint, distinguished by the host it sends to.
/// Not thread safe; Metrics of a component have one behind their lock.
class EndpointFlow {
 public:
  /// `unit`: what is counted (telemetry::Flow).
  EndpointFlow(base::metrics::Scope scope, std::string_view unit, std::string host);
  ~EndpointFlow() { release_gauges(); }
  EndpointFlow(const EndpointFlow&) = delete;
  EndpointFlow& operator=(const EndpointFlow&) = delete;

  /// The series begin again under the name of another host, with what waits counted as received
  /// there.
  void set_host(std::string host);

  /// A copy, which keeps the series.
  telemetry::Flow flow() const { return numbers_->flow; }

  void receive(uint64_t entries) { numbers_->flow.receive(entries); }
  void send(uint64_t entries) { numbers_->flow.send(entries); }
  void repeat(uint64_t entries) { numbers_->repeated->add(entries); }
  void drop(std::string_view reason, uint64_t entries);
  /// Drops because the configuration says so.
  void filter(std::string_view reason, uint64_t entries);
  void abandon(uint64_t entries) { numbers_->flow.abandon(entries); }
  void add_waiting(int64_t entries);
  void set_held_bytes(size_t bytes);
  void set_oldest(Clock::time_point came) { numbers_->lag->set(came); }

 private:
  struct Numbers {
    explicit Numbers(const telemetry::Flow& of) : flow(of) {}
    telemetry::Flow flow;
    telemetry::Flow::Counter repeated = flow.repeated();
    telemetry::Flow::Gauge buffered = flow.buffered();
    telemetry::Flow::Gauge buffered_bytes = flow.buffered_bytes();
    telemetry::Flow::Age lag = flow.lag();
    using ByReason = std::map<std::string_view, telemetry::Flow::Counter>;  ///< constants
    ByReason dropped, filtered;
  };

  void make_series(std::string host);
  void release_gauges();

  const base::metrics::Scope scope_;
  const std::string_view unit_;
  std::optional<Numbers> numbers_;
  // Our parts of the gauges, which endpoints of the same host share.
  int64_t waiting_ = 0;
  size_t held_bytes_ = 0;
};

/// Metrics with the uniform series. A component derives its own from it, with those that Grafana
/// Alloy has. Thread safe.
class FlowMetrics : public Metrics {
 public:
  void add_received(uint64_t entries) override;
  void add_abandoned(uint64_t entries) override;
  void add_waiting(int64_t entries) override;
  void set_held_bytes(size_t bytes) override;
  void set_oldest(Clock::time_point came) override;

 protected:
  FlowMetrics(const base::metrics::Scope& scope, std::string_view unit, const Settings& settings)
      : host_(settings.host()), flow_(scope, unit, host_) {}

  /// True when the host is another one, under whose name the series begin again.
  bool follow_host(const Settings& settings) REQUIRES_LOCK(mutex_);

  mutable base::Mutex mutex_;
  std::string host_ GUARDED_BY(mutex_);
  EndpointFlow flow_ GUARDED_BY(mutex_);
};

}  // namespace components::sink
