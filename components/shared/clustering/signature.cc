#include "components/shared/clustering/signature.h"

namespace components {

namespace schema = river::schema;

namespace {

void validate_clustering(const ClusteringArguments& clustering, schema::Scope& scope) {
  if (scope.known("enabled") && clustering.enabled)
    scope.warning("enabled", "C090",
                  "clustering is accepted but has no effect: each replica does all of the work");
}

constexpr schema::Field kClusteringFields[] = {
    schema::attr<&ClusteringArguments::enabled>("enabled", schema::Need::required,
                                                "For Grafana Alloy; without effect."),
};

}  // namespace

constexpr schema::BlockSchema kClustering =
    schema::schema_of<ClusteringArguments, validate_clustering>(kClusteringFields);

}  // namespace components
