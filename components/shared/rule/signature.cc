#include "components/shared/rule/signature.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/text.h"
#include "river/schema/text.h"

namespace components {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kRuleFields[] = {
    schema::attr<&RuleArguments::source_labels>(
        "source_labels", Need::optional, "Labels whose values, joined by the separator, are read."),
    schema::attr<&RuleArguments::separator>("separator", Need::optional,
                                            "Separator of the joined values."),
    schema::attr<&RuleArguments::regex>("regex", Need::optional,
                                        "What the joined value must match as a whole."),
    schema::attr<&RuleArguments::modulus>("modulus", Need::optional,
                                          "What hashmod divides the hash by."),
    schema::attr<&RuleArguments::target_label>("target_label", Need::optional,
                                               "The label that the action sets or compares."),
    schema::attr<&RuleArguments::replacement>(
        "replacement", Need::optional, "The new value; $1, ${1} and ${name} are regex groups."),
    schema::attr<&RuleArguments::action>("action", Need::optional, "What the rule does."),
};

/// "${app}_name", "$1": a label name once its groups are filled in.
bool is_label_template(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$') {
      plain += text[i];
      continue;
    }
    const bool braced = i + 1 < text.size() && text[i + 1] == '{';
    const size_t start = i + (braced ? 2 : 1);
    const size_t end =
        std::find_if_not(text.begin() + start, text.end(),
                         [](unsigned char c) { return std::isalnum(c) || c == '_'; }) -
        text.begin();
    if (end == start || (braced && (end == text.size() || text[end] != '}'))) return false;
    plain += '_';
    i = braced ? end : end - 1;
  }
  return base::is_label_name(plain);
}

bool needs_target(RuleAction action) {
  switch (action) {
    case RuleAction::replace:
    case RuleAction::hashmod:
    case RuleAction::lowercase:
    case RuleAction::uppercase:
    case RuleAction::keepequal:
    case RuleAction::dropequal:
      return true;
    default:
      return false;
  }
}

std::string_view action_name(RuleAction action) {
  for (const auto& entry : schema::kEnumNames<RuleAction>)
    if (entry.value == action) return entry.name;
  return {};
}

/// Reports each of `names` that is written though the action has no use for it.
void refuse(const RuleArguments& rule, std::initializer_list<std::string_view> names,
            schema::Scope& scope) {
  for (const std::string_view name : names)
    if (scope.given(name))
      scope.error(name, "C041", "\"{}\" may not be set for action \"{}\"", name,
                  action_name(rule.action));
}

void check_target(const RuleArguments& rule, schema::Scope& scope) {
  if (!needs_target(rule.action)) return;
  if (rule.target_label.empty()) {
    scope.error("target_label", "C040", "action \"{}\" needs a target_label",
                action_name(rule.action));
    return;
  }
  const bool is_template = rule.action == RuleAction::replace;
  if (is_template ? !is_label_template(rule.target_label) : !base::is_label_name(rule.target_label))
    scope.error("target_label", "C024", "\"{}\" is not a label name{}", rule.target_label,
                is_template ? ", with or without $1 groups" : "");
}

void validate(const RuleArguments& rule, schema::Scope& scope) {
  if (!scope.known("action")) return;
  if (scope.known("target_label")) check_target(rule, scope);
  for (const std::string& name : rule.source_labels)
    if (scope.known("source_labels") && !base::is_label_name(name))
      scope.warning("source_labels", "C024", "\"{}\" is not a label name: it will never be there",
                    name);
  switch (rule.action) {
    case RuleAction::hashmod:
      if (scope.known("modulus") && rule.modulus == 0)
        scope.error("modulus", "C042", "action \"hashmod\" needs a modulus above 0");
      break;
    case RuleAction::keepequal:
    case RuleAction::dropequal:
      refuse(rule, {"regex", "modulus", "separator", "replacement"}, scope);
      break;
    case RuleAction::labeldrop:
    case RuleAction::labelkeep:
      refuse(rule, {"source_labels", "target_label", "modulus", "separator", "replacement"}, scope);
      break;
    case RuleAction::lowercase:
    case RuleAction::uppercase:
      refuse(rule, {"replacement"}, scope);
      break;
    case RuleAction::labelmap:
      if (scope.known("replacement") && !is_label_template(rule.replacement))
        scope.error("replacement", "C024", "\"{}\" is not a label name, with or without $1 groups",
                    rule.replacement);
      break;
    default:
      break;
  }
}

/// What a rule without `regex` matches with; one for all, as most rules leave it out.
const std::shared_ptr<const re2::RE2>& match_all() {
  static const auto regex = std::make_shared<const re2::RE2>("^(?s:(.*))$");
  return regex;
}

}  // namespace

constexpr schema::BlockSchema kRule = schema::schema_of<RuleArguments, validate>(kRuleFields);

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
                     .action = rule.action});
  return rules;
}

void check_cache_size(int64_t max_cache_size, schema::Scope& scope) {
  if (scope.known("max_cache_size") && max_cache_size <= 0)
    scope.error("max_cache_size", "C088", "max_cache_size must be above 0, it is {}",
                max_cache_size);
}

}  // namespace components
