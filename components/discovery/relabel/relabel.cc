#include "components/discovery/relabel/relabel.h"

#include <utility>

#include "components/shared/rule/signature.h"
#include "river/schema/decode.h"
#include "telemetry/labels.h"

namespace components::discovery::relabel {

using river::schema::Target;
using river::schema::Targets;

namespace {

/// Nothing when the rules drop it.
std::optional<Target> relabelled(const Target& target, const RelabelRules& rules) {
  telemetry::LabelsBuilder labels;
  for (const auto& [name, value] : target) labels.set(name, value);
  if (!telemetry::relabel::apply(rules, labels)) return std::nullopt;
  return Target(Target::Labels(labels.all().begin(), labels.all().end()));
}

}  // namespace

Targets apply(const Targets& targets, const RelabelRules& rules) {
  Targets kept;
  for (const Target& target : targets)
    if (auto result = relabelled(target, rules)) kept.push_back(std::move(*result));
  return kept;
}

Targets RelabelledTargets::apply(const Targets& targets,
                                 const std::shared_ptr<const RelabelRules>& rules) {
  if (rules != std::exchange(rules_, rules)) known_.clear();
  std::unordered_map<const void*, Known> known;
  known.reserve(targets.size());
  Targets kept;
  kept.reserve(targets.size());
  for (const Target& target : targets) {
    const void* key = target.object().as_object();
    const auto [place, is_first] = known.try_emplace(key, Known{target, std::nullopt});
    if (is_first) {
      const auto before = known_.find(key);
      place->second.result =
          before != known_.end() ? before->second.result : relabelled(target, *rules);
    }
    if (place->second.result) kept.push_back(*place->second.result);
  }
  known_ = std::move(known);
  return kept;
}

Relabel::Relabel(Context context, const Arguments& arguments) : context_(std::move(context)) {
  publish(arguments);
}

base::Result<void> Relabel::update(const Arguments& arguments) {
  publish(arguments);
  return {};
}

void Relabel::publish(const Arguments& arguments) {
  // Rules that are the same stay the same object: those who hold them need not begin again.
  const Arguments only_rules{.targets = {}, .rule = arguments.rule};
  river::Value rule = river::schema::encode(kSignature.arguments, &only_rules);
  if (!rules_ || !(rule == rule_))
    rules_ = std::make_shared<const RelabelRules>(to_rules(arguments.rule));
  rule_ = std::move(rule);
  const Exports exports{.output = relabelled_.apply(arguments.targets, rules_), .rules = {rules_}};
  context_.publish(river::schema::encode_exports(kSignature.exports, &exports));
}

}  // namespace components::discovery::relabel
