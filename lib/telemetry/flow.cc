#include "telemetry/flow.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace telemetry {
namespace {

base::metrics::Labels with_unit(base::metrics::Labels labels, std::string_view unit) {
  labels.emplace_back("unit", unit);
  return labels;
}

}  // namespace

Flow::Flow(const base::metrics::Scope& metrics, std::string_view unit, base::metrics::Labels more)
    : metrics_(metrics),
      labels_(with_unit(std::move(more), unit)),
      received_(counter("received", "Items that came to the component.")),
      sent_(counter("sent", "Items that the component passed on.")),
      abandoned_(counter("abandoned", "Items given up without delivery at a stop or reload.")) {}

template <class Series>
Series Flow::keep(Series series) const {
  base::Lock lock(kept_->mutex);
  auto& all = kept_->series;
  if (std::find(all.begin(), all.end(), series) == all.end()) all.push_back(series);
  return series;
}

Flow::Counter Flow::counter(std::string_view what, std::string_view help) const {
  return keep(metrics_.counter(fmt::format("tributary_component_{}_total", what), help, labels_));
}

Flow::Gauge Flow::gauge(std::string_view what, std::string_view help) const {
  return keep(metrics_.gauge(fmt::format("tributary_component_{}", what), help, labels_));
}

Flow::Counter Flow::dropped(std::string_view reason, std::string_view intentional) const {
  base::metrics::Labels labels = labels_;
  labels.emplace_back("reason", reason);
  labels.emplace_back("intentional", intentional);
  return keep(metrics_.counter("tributary_component_dropped_total", "Items that go nowhere.",
                               std::move(labels)));
}

Flow::Counter Flow::repeated() const {
  return counter("repeated", "Items that were sent more than once.");
}

Flow::Counter Flow::lost() const {
  return counter("lost", "Abandoned items of a source that cannot read them again.");
}

Flow::Gauge Flow::held() const {
  return gauge("held", "Items kept back until more come.");
}

Flow::Gauge Flow::buffered() const {
  return gauge("buffered", "Items that wait in the component.");
}

Flow::Gauge Flow::buffered_bytes() const {
  return gauge("buffered_bytes", "Memory of the items that wait.");
}

Flow::Age Flow::lag() const {
  return keep(metrics_.age("tributary_component_lag_seconds",
                           "How long the oldest item has waited.", labels_));
}

}  // namespace telemetry
