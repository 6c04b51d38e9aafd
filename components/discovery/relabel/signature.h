#pragma once
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/rule/signature.h"
#include "river/schema/field.h"

namespace components::discovery::relabel {

struct Arguments {
  river::schema::Targets targets;
  std::vector<RuleArguments> rule;
};

struct Exports {
  river::schema::Targets output;
  RelabelRulesRef rules;
};

extern const river::schema::Signature kSignature;

}  // namespace components::discovery::relabel
