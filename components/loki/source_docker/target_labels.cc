#include "components/loki/source_docker/target_labels.h"

#include "components/shared/targets.h"
#include "telemetry/text.h"

namespace components::loki::source_docker {
namespace {

telemetry::Labels visible(const telemetry::LabelsBuilder& labels) {
  std::vector<telemetry::Label> out;
  for (const auto& label : labels.all())
    if (!telemetry::is_internal_label(label.first)) out.push_back(label);
  return telemetry::Labels(std::move(out));
}

}  // namespace

TargetLabels::TargetLabels(const river::schema::Target& target,
                           const river::schema::LabelMap& labels, const RelabelRules& rules) {
  telemetry::LabelsBuilder base;
  for (const auto& [name, value] : target) base.set(name, value);
  for (const auto& [name, value] : labels.entries) base.set(name, value);
  for (size_t i = 0; i < sets_.size(); ++i) {
    telemetry::LabelsBuilder builder = base;
    builder.set("__meta_docker_container_log_stream", i < 2 ? "stdout" : "stderr");
    if (i % 2 == 1) builder.set("__meta_docker_line_truncated", "true");
    if (telemetry::relabel::apply(rules, builder)) sets_[i] = visible(builder);
  }
}

Receive receive(const Arguments& arguments) {
  auto rules = arguments.relabel_rules.pointer;
  if (!rules) rules = std::make_shared<const RelabelRules>();
  return [&arguments, rules](const Arrival& arrival, telemetry::LogBatch& batch) {
    const TargetLabels made(*arrival.target, arguments.labels, *rules);
    const auto& labels = made.of(arrival.is_stderr ? Stream::err : Stream::out, false);
    if (!labels.empty()) batch.add(arrival.time_ns, arrival.text, labels);
  };
}

std::string_view container_id(const river::schema::Target& target) {
  return own_label(target, "__meta_docker_container_id");
}

std::map<std::string_view, const river::schema::Target*> one_per_container(
    const river::schema::Targets& targets) {
  std::map<std::string_view, const river::schema::Target*> out;
  for (const river::schema::Target& target : targets) {
    const std::string_view id = container_id(target);
    if (id.empty()) continue;
    // Mostly they come sorted by id.
    const auto place = out.try_emplace(out.end(), id, &target);
    if (place->second != &target && target < *place->second) place->second = &target;
  }
  return out;
}

}  // namespace components::loki::source_docker
