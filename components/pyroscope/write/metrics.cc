#include "components/pyroscope/write/metrics.h"

#include <algorithm>

#include "telemetry/flow.h"

namespace components::pyroscope::write {
namespace {

constexpr double kSeconds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

double seconds_of(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

Metrics::Series::Series(const base::metrics::Scope& scope, const Settings& settings) {
  std::string url = settings.shown_url();
  while (url.ends_with('/')) url.pop_back();
  const auto counter = [&](std::string_view name, std::string_view help) {
    return scope.counter("pyroscope_write_" + std::string(name), help, {{"endpoint", url}});
  };
  sent_bytes = counter("sent_bytes_total", "Bytes of requests that the server took.");
  sent = counter("sent_profiles_total", "Profiles that the server took.");
  dropped_bytes = counter("dropped_bytes_total", "Bytes of profiles that were dropped.");
  dropped = counter("dropped_profiles_total", "Profiles that were dropped.");
  retries = counter("retries_total", "Requests that were tried again.");
  const auto latency = [&](std::string_view type) {
    return scope.histogram("pyroscope_write_latency",
                           "Seconds of a try (_endpoint), and until a profile was delivered or "
                           "dropped (_total).",
                           {{"endpoint", url}, {"type", std::string(type)}}, kSeconds);
  };
  push = {latency("push_endpoint"), latency("push_total")};
  ingest = {latency("ingest_endpoint"), latency("ingest_total")};
}

Metrics::Metrics(const base::metrics::Scope& scope, const Settings& settings)
    : FlowMetrics(scope, telemetry::Flow::kProfiles, settings),
      scope_(scope),
      series_(scope, settings) {}

void Metrics::use(const sink::Settings& settings) {
  base::Lock lock(mutex_);
  follow_host(settings);
  series_ = Series(scope_, static_cast<const Settings&>(settings));
}

std::shared_ptr<const void> Metrics::counted() const {
  struct Counted {
    telemetry::Flow flow;
    Series series;
  };
  base::Lock lock(mutex_);
  return std::make_shared<const Counted>(Counted{flow_.flow(), series_});
}

void Metrics::add_sent(const std::string&, uint64_t entries, uint64_t compressed_bytes) {
  base::Lock lock(mutex_);
  flow_.send(entries);
  series_.sent->add(entries);
  series_.sent_bytes->add(compressed_bytes);
}

void Metrics::add_retry(const std::string&, uint64_t entries) {
  base::Lock lock(mutex_);
  flow_.repeat(entries);
  series_.retries->add(1);
}

void Metrics::add_dropped(const std::string&, std::string_view reason, const sink::Amount& amount) {
  base::Lock lock(mutex_);
  flow_.drop(reason, amount.entries);
  series_.dropped->add(amount.entries);
  series_.dropped_bytes->add(amount.bytes - std::min(amount.bytes, amount.entries * kProfileBytes));
}

void Metrics::observe(const std::string& lane, int, std::chrono::nanoseconds took, size_t) {
  base::Lock lock(mutex_);
  series_.of(lane).of_try->observe(seconds_of(took));
}

void Metrics::observe_latency(const std::string& lane, std::chrono::nanoseconds latency, uint64_t) {
  base::Lock lock(mutex_);
  series_.of(lane).total->observe(seconds_of(latency));
}

}  // namespace components::pyroscope::write
