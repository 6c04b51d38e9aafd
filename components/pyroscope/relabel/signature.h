#pragma once
#include <cstdint>
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/rule/signature.h"
#include "river/schema/field.h"

/// pyroscope.relabel changes the labels of profiles, or drops profiles.
namespace components::pyroscope::relabel {

struct Arguments {
  std::vector<ProfilesReceiver> forward_to;
  std::vector<RuleArguments> rule;
  int64_t max_cache_size = 10000;
};

struct Exports {
  ProfilesReceiver receiver;
  RelabelRulesRef rules;
};

extern const river::schema::Signature kSignature;

}  // namespace components::pyroscope::relabel
