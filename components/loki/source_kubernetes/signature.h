#pragma once
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/clustering/signature.h"
#include "components/shared/kubernetes/signature.h"
#include "river/schema/field.h"

namespace components::loki::source_kubernetes {

struct Arguments {
  river::schema::Targets targets;
  std::vector<LogsReceiver> forward_to;
  kubernetes::ClientArguments client;
  ClusteringArguments clustering;
};

extern const river::schema::Signature kSignature;

}  // namespace components::loki::source_kubernetes
