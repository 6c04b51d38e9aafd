#pragma once
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/rule/signature.h"
#include "river/schema/field.h"

namespace components::loki::relabel {

struct Arguments {
  std::vector<LogsReceiver> forward_to;
  std::vector<RuleArguments> rule;
  int64_t max_cache_size = 10000;
};

struct Exports {
  LogsReceiver receiver;
  RelabelRulesRef rules;
};

extern const river::schema::Signature kSignature;

/// Warns about slips in rules that label journal entries by unit or syslog identifier: a fallback
/// that matches any unit and is not last, or is last and overwrites what special rules set; and
/// unit names whose dot is not escaped, so that it matches any character.
void lint_journal_rules(const std::vector<RuleArguments>& rules, river::schema::Scope& scope);

}  // namespace components::loki::relabel
