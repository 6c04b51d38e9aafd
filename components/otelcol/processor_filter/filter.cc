#include "components/otelcol/processor_filter/filter.h"

#include <algorithm>
#include <utility>

#include "ottl/parser.h"
#include "ottl/run.h"

namespace components::otelcol::processor_filter {

using telemetry::Signal;

Work::Work(const Arguments& arguments, const base::Logger& log)
    : log_(log), error_mode_(arguments.error_mode) {
  add(Signal::traces, "span", arguments.traces.span);
  add(Signal::traces, "spanevent", arguments.traces.spanevent);
  add(Signal::metrics, "metric", arguments.metrics.metric);
  add(Signal::metrics, "datapoint", arguments.metrics.datapoint);
  add(Signal::logs, "log", arguments.logs.log_record);
  for (const ContextConditions& group : arguments.trace_conditions)
    add(Signal::traces, group.context, group.conditions);
  for (const ContextConditions& group : arguments.metric_conditions)
    add(Signal::metrics, group.context, group.conditions);
  for (const ContextConditions& group : arguments.log_conditions)
    add(Signal::logs, group.context, group.conditions);
  // What is further out goes first: what is in it need not be looked at.
  for (auto& conditions : conditions_)
    std::ranges::stable_sort(conditions, {}, &Condition::context);
}

void Work::add(Signal signal, std::string_view written,
               const std::vector<std::string>& conditions) {
  for (const std::string& text : conditions) {
    // Both were checked with the signature.
    const auto context = context_for(signal, written, text);
    if (!context) continue;
    if (auto parsed = ottl::parse_condition(text, *context))
      conditions_[static_cast<size_t>(signal)].push_back({*context, text, std::move(*parsed)});
  }
}

void Work::apply(telemetry::OtlpBatch& batch) const {
  const auto& conditions = conditions_[static_cast<size_t>(batch.signal)];
  if (conditions.empty()) return;
  telemetry::otlp::edit(batch, [&](telemetry::otlp::Document& document) {
    for (const Condition& condition : conditions) {
      ottl::erase_targets(document, condition.context, [&](const ottl::Target& target) {
        ottl::Run run(target);
        const bool is_met = run.test(condition.expression);
        if (!run.error().empty() && error_mode_ != ErrorMode::silent)
          log_.warn("condition {} cannot be evaluated: {}", condition.text, run.error());
        return is_met;
      });
    }
  });
}

}  // namespace components::otelcol::processor_filter
