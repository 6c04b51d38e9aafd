#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "river/schema/field.h"
#include "telemetry/relabel.h"

/// The `rule` block of loki.relabel, discovery.relabel and others.
namespace components {

using RuleAction = telemetry::relabel::Action;

/// One relabel rule as written.
struct RuleArguments {
  std::vector<std::string> source_labels;
  std::string separator = ";";
  river::schema::AnchoredRegex regex{.source = "(.*)", .compiled = nullptr};
  uint64_t modulus = 0;
  std::string target_label;
  std::string replacement = "$1";
  RuleAction action = RuleAction::replace;
};

extern const river::schema::BlockSchema kRule;

/// The rules that decoded `rule` blocks stand for, ready to apply.
telemetry::relabel::Rules to_rules(const std::vector<RuleArguments>& arguments);

/// Reports a `max_cache_size` beside the rules that is not above 0.
void check_cache_size(int64_t max_cache_size, river::schema::Scope& scope);

}  // namespace components

namespace river::schema {
template <>
inline constexpr EnumName<components::RuleAction> kEnumNames<components::RuleAction>[] = {
    {"replace", components::RuleAction::replace},
    {"keep", components::RuleAction::keep},
    {"drop", components::RuleAction::drop},
    {"keepequal", components::RuleAction::keepequal},
    {"dropequal", components::RuleAction::dropequal},
    {"hashmod", components::RuleAction::hashmod},
    {"labelmap", components::RuleAction::labelmap},
    {"labeldrop", components::RuleAction::labeldrop},
    {"labelkeep", components::RuleAction::labelkeep},
    {"lowercase", components::RuleAction::lowercase},
    {"uppercase", components::RuleAction::uppercase},
};
}  // namespace river::schema
