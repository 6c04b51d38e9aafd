#pragma once
#include <cstdint>
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/rule/signature.h"
#include "river/schema/field.h"

/// prometheus.relabel changes the labels of samples, or drops samples.
namespace components::prometheus::relabel {

struct Arguments {
  std::vector<MetricsReceiver> forward_to;
  std::vector<RuleArguments> rule;
  int64_t max_cache_size = 100000;
  river::schema::Duration cache_ttl{};
};

struct Exports {
  MetricsReceiver receiver;
  RelabelRulesRef rules;
};

extern const river::schema::Signature kSignature;

}  // namespace components::prometheus::relabel
