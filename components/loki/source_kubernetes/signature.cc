#include "components/loki/source_kubernetes/signature.h"

#include "components/shared/kubernetes/right.h"
#include "components/shared/streams.h"

namespace components::loki::source_kubernetes {

using namespace river::schema;

namespace {

constexpr Field kFields[] = {
    attr<&Arguments::targets>("targets", Need::required,
                              "Containers to read, as discovery.kubernetes names them."),
    attr<&Arguments::forward_to>("forward_to", Need::required, "Receivers of the entries."),
    block<&Arguments::client>("client", Need::optional, "How to reach the API server.",
                              kubernetes::kClient),
    block<&Arguments::clustering>("clustering", Need::optional,
                                  "For Grafana Alloy; without effect.", kClustering),
};

std::vector<HostNeed> needs(const Arguments& arguments) {
  std::vector<HostNeed> all;
  kubernetes::add_needed(arguments.client, all);
  // A kubeconfig names a user of its own.
  if (!arguments.client.kubeconfig_file.empty()) return all;
  for (const char* resource : {"pods", "pods/log"})
    all.push_back(kubernetes::needed({"", resource, {"get"}, {}, false, {}}));
  return all;
}

std::any streams(const Arguments& arguments) {
  return Streams{.sources = {{.medium = SourceStreams::Medium::files,
                              .targets = &arguments.targets,
                              .has_job = true,
                              .kinds = {{"instance", ""}},
                              .forward_to = arguments.forward_to}}};
}

}  // namespace

const Signature kSignature{
    .name = "loki.source.kubernetes",
    .doc = "Reads the output of containers from the API server of a Kubernetes cluster.",
    .arguments = schema_of(kFields),
    .make_arguments = make_arguments<Arguments>,
    .needs = hook<Arguments, needs>,
    .streams = hook<Arguments, streams>,
};

}  // namespace components::loki::source_kubernetes
