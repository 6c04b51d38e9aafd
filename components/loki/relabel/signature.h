#pragma once
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

}  // namespace components::loki::relabel
