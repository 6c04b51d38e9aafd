#pragma once
#include "river/schema/field.h"

namespace components {

/// The block `clustering`: how replicas of Grafana Alloy share their targets. There are no clusters
/// of agents here, so who enables it is warned.
struct ClusteringArguments {
  bool enabled = false;
};

extern const river::schema::BlockSchema kClustering;

}  // namespace components
