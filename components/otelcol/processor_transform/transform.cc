#include "components/otelcol/processor_transform/transform.h"

#include <utility>

#include "ottl/parser.h"

namespace components::otelcol::processor_transform {

using telemetry::Signal;

Work::Work(const Arguments& arguments, const base::Logger& log) : log_(log) {
  const auto add_all = [&](Signal signal, const std::vector<ContextStatements>& groups,
                           const std::vector<std::string>& inferred) {
    for (const ContextStatements& group : groups)
      add(signal, group, group.error_mode.value_or(arguments.error_mode));
    for (const std::string& text : inferred)
      add(signal, {.context = "", .conditions = {}, .statements = {text}, .error_mode = {}},
          arguments.error_mode);
  };
  add_all(Signal::traces, arguments.trace_statements, arguments.statements.trace);
  add_all(Signal::metrics, arguments.metric_statements, arguments.statements.metric);
  add_all(Signal::logs, arguments.log_statements, arguments.statements.log);
}

/// What does not parse was refused with the signature.
void Work::add(Signal signal, const ContextStatements& written, ErrorMode error_mode) {
  const std::string_view first =
      written.statements.empty() ? std::string_view() : written.statements.front();
  const auto context = context_for(signal, written.context, first);
  if (!context) return;
  Group group{*context, error_mode, {}, {}, {}};
  for (const std::string& text : written.conditions)
    if (auto parsed = ottl::parse_condition(text, *context))
      group.conditions.push_back(std::move(*parsed));
  for (const std::string& text : written.statements) {
    auto parsed = ottl::parse_statement(text, *context);
    if (!parsed) continue;
    group.statements.push_back(std::move(*parsed));
    group.texts.push_back(text);
  }
  groups_[static_cast<size_t>(signal)].push_back(std::move(group));
}

void Work::apply(telemetry::OtlpBatch& batch) const {
  const auto& groups = groups_[static_cast<size_t>(batch.signal)];
  if (groups.empty()) return;
  telemetry::otlp::edit(batch, [&](telemetry::otlp::Document& document) {
    for (const Group& group : groups)
      ottl::each_target(document, group.context,
                        [&](const ottl::Target& target) { run(group, target); });
  });
}

void Work::run(const Group& group, const ottl::Target& target) const {
  ottl::Run run(target);
  bool is_met = group.conditions.empty();
  for (const ottl::Expression& condition : group.conditions) {
    is_met = is_met || run.test(condition);
    report(group, "a condition", run);
  }
  if (!is_met) return;
  for (size_t i = 0; i < group.statements.size(); ++i) {
    run.execute(group.statements[i]);
    report(group, group.texts[i], run);
  }
}

void Work::report(const Group& group, std::string_view text, ottl::Run& run) const {
  if (run.error().empty()) return;
  if (group.error_mode != ErrorMode::silent) log_.warn("{} is left out: {}", text, run.error());
  run.clear_error();
}

}  // namespace components::otelcol::processor_transform
