#pragma once
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/kubernetes/signature.h"
#include "river/schema/field.h"

namespace components::loki::source_kubernetes {

/// How replicas share the work in the reference; there are no clusters of agents here.
struct Clustering {
  bool enabled = false;
};

struct Arguments {
  river::schema::Targets targets;
  std::vector<LogsReceiver> forward_to;
  kubernetes::ClientArguments client;
  Clustering clustering;
};

extern const river::schema::Signature kSignature;

}  // namespace components::loki::source_kubernetes
