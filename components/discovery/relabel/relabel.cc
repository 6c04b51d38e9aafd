#include "components/discovery/relabel/relabel.h"

#include <utility>

#include "components/shared/rule/rule.h"
#include "river/schema/decode.h"
#include "telemetry/labels.h"

namespace components::discovery::relabel {

river::schema::Targets apply(const river::schema::Targets& targets, const RelabelRules& rules) {
  river::schema::Targets kept;
  for (const river::schema::Target& target : targets) {
    telemetry::LabelsBuilder labels;
    for (const auto& [name, value] : target) labels.set(name, value);
    if (!telemetry::relabel::apply(rules, labels)) continue;
    kept.emplace_back(labels.all().begin(), labels.all().end());
  }
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
  auto rules = std::make_shared<const RelabelRules>(to_rules(arguments.rule));
  const Exports exports{.output = apply(arguments.targets, *rules), .rules = {rules}};
  context_.publish(river::schema::encode_exports(kSignature.exports, &exports));
}

}  // namespace components::discovery::relabel
