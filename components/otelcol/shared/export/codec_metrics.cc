#include <utility>

#include "components/otelcol/shared/export/codec.h"

namespace components::otelcol {
namespace {

using telemetry::Flow;
using telemetry::Signal;

/// As the collector calls them.
std::string series_of(std::string_view what, Signal signal) {
  const std::string_view items = signal == Signal::metrics ? "metric_points" : unit_of(signal);
  return fmt::format("otelcol_exporter_{}_{}_total", what, items);
}

}  // namespace

ExportMetrics::ExportMetrics(const base::metrics::Scope& scope, const ExportSettings& settings)
    : FlowMetrics(scope, unit_of(settings.signal), settings),
      sent_(scope.counter(series_of("sent", settings.signal), "Items that the server took.")),
      failed_(scope.counter(series_of("send_failed", settings.signal),
                            "Items that the server refused for good.")),
      bytes_(scope.counter("tributary_otlp_sent_bytes_total",
                           "Bytes of requests that the server took, compressed.",
                           {{"signal", std::string(name_of(settings.signal))}})) {}

void ExportMetrics::use(const sink::Settings& settings) {
  base::Lock lock(mutex_);
  follow_host(settings);
}

std::shared_ptr<const void> ExportMetrics::counted() const {
  base::Lock lock(mutex_);
  return std::make_shared<const Flow>(flow_.flow());
}

void ExportMetrics::add_sent(const std::string&, uint64_t entries, uint64_t compressed_bytes) {
  sent_->add(entries);
  bytes_->add(compressed_bytes);
  base::Lock lock(mutex_);
  flow_.send(entries);
}

void ExportMetrics::add_retry(const std::string&, uint64_t entries) {
  base::Lock lock(mutex_);
  flow_.repeat(entries);
}

void ExportMetrics::add_dropped(const std::string&, std::string_view reason,
                                const sink::Amount& amount) {
  failed_->add(amount.entries);
  base::Lock lock(mutex_);
  flow_.drop(reason, amount.entries);
}

}  // namespace components::otelcol
