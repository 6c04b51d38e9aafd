#include "components/shared/rule/rule.h"

#include <re2/re2.h>

namespace components {

namespace {

using telemetry::relabel::Action;

Action to_action(RuleAction action) {
  switch (action) {
    case RuleAction::replace:
      return Action::replace;
    case RuleAction::keep:
      return Action::keep;
    case RuleAction::drop:
      return Action::drop;
    case RuleAction::keepequal:
      return Action::keepequal;
    case RuleAction::dropequal:
      return Action::dropequal;
    case RuleAction::hashmod:
      return Action::hashmod;
    case RuleAction::labelmap:
      return Action::labelmap;
    case RuleAction::labeldrop:
      return Action::labeldrop;
    case RuleAction::labelkeep:
      return Action::labelkeep;
    case RuleAction::lowercase:
      return Action::lowercase;
    case RuleAction::uppercase:
      return Action::uppercase;
  }
  return Action::replace;
}

/// What a rule without `regex` matches with; one for all, as most rules leave it out.
const std::shared_ptr<const re2::RE2>& match_all() {
  static const auto regex = std::make_shared<const re2::RE2>("^(?s:(.*))$");
  return regex;
}

}  // namespace

telemetry::relabel::Rules to_rules(const std::vector<RuleArguments>& arguments) {
  telemetry::relabel::Rules rules;
  rules.reserve(arguments.size());
  for (const RuleArguments& rule : arguments)
    rules.push_back({.source_labels = rule.source_labels,
                     .separator = rule.separator,
                     .regex = rule.regex.compiled ? rule.regex.compiled : match_all(),
                     .modulus = rule.modulus,
                     .target_label = rule.target_label,
                     .replacement = rule.replacement,
                     .action = to_action(rule.action)});
  return rules;
}

}  // namespace components
