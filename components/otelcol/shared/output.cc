#include "components/otelcol/shared/output.h"

#include <memory>
#include <utility>

#include "components/shared/batches.h"

namespace components::otelcol {
namespace {

using telemetry::Flow;

// In the order of telemetry::Signal.
static_assert(static_cast<int>(telemetry::Signal::traces) == 0 &&
              static_cast<int>(telemetry::Signal::metrics) == 1 &&
              static_cast<int>(telemetry::Signal::logs) == 2);

constexpr size_t place_of(telemetry::Signal signal) {
  return static_cast<size_t>(signal);
}

}  // namespace

Flows::Flows(const base::metrics::Scope& metrics)
    : flows_{Flow(metrics, Flow::kSpans), Flow(metrics, Flow::kDataPoints),
             Flow(metrics, Flow::kLogRecords)} {
  for (size_t i = 0; i < flows_.size(); ++i) no_consumer_[i] = flows_[i].filtered("no_consumer");
}

void Output::set(const OutputArguments& arguments) {
  Lists lists;
  lists[place_of(telemetry::Signal::traces)] = receivers_of(arguments.traces);
  lists[place_of(telemetry::Signal::metrics)] = receivers_of(arguments.metrics);
  lists[place_of(telemetry::Signal::logs)] = receivers_of(arguments.logs);
  lists_.set(std::make_shared<const Lists>(std::move(lists)));
}

bool Output::has(telemetry::Signal signal) const {
  const auto lists = lists_.get();
  return lists && !(*lists)[place_of(signal)].empty();
}

bool Output::receive(telemetry::OtlpBatch batch) {
  const auto lists = lists_.get();
  if (!lists) return false;
  const auto& next = (*lists)[place_of(batch.signal)];
  if (next.empty()) return false;
  for (size_t i = 0; i + 1 < next.size(); ++i) next[i]->receive(batch);
  next.back()->receive(std::move(batch));
  return true;
}

}  // namespace components::otelcol
