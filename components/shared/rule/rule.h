#pragma once
#include <vector>

#include "components/shared/rule/signature.h"
#include "telemetry/relabel.h"

namespace components {

/// The rules that decoded `rule` blocks stand for, ready to apply.
telemetry::relabel::Rules to_rules(const std::vector<RuleArguments>& arguments);

}  // namespace components
