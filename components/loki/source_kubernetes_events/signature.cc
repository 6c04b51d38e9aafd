#include "components/loki/source_kubernetes_events/signature.h"

#include "components/shared/kubernetes/right.h"
#include "components/shared/streams.h"

namespace components::loki::source_kubernetes_events {

using namespace river::schema;

namespace {

void validate(const Arguments& arguments, Scope& scope) {
  if (!scope.known("namespaces")) return;
  for (const std::string& name : arguments.namespaces)
    if (name.empty())
      scope.error("namespaces", "C081", "a namespace is empty; leave the list out for all of them");
}

constexpr Field kFields[] = {
    attr<&Arguments::forward_to>("forward_to", Need::required, "Receivers of the entries."),
    attr<&Arguments::job_name>("job_name", Need::optional, "Value of the label job."),
    attr<&Arguments::namespaces>("namespaces", Need::optional,
                                 "Namespaces whose events are read; none: all of the cluster."),
    attr<&Arguments::log_format>("log_format", Need::optional, "How an event is written."),
    block<&Arguments::client>("client", Need::optional, "How to reach the API server.",
                              kubernetes::kClient),
    block<&Arguments::clustering>("clustering", Need::optional,
                                  "For Grafana Alloy; without effect.", kClustering),
};

std::vector<HostNeed> needs(const Arguments& arguments) {
  std::vector<HostNeed> all;
  kubernetes::add_needed(arguments.client, all);
  // A kubeconfig names a user of its own.
  if (arguments.client.kubeconfig_file.empty())
    all.push_back(
        kubernetes::needed(kubernetes::watching("", "events", arguments.namespaces, false)));
  return all;
}

std::any streams(const Arguments& arguments) {
  return Streams{.sources = {{.medium = SourceStreams::Medium::files,
                              .kinds = {{"job", ""}, {"instance", ""}, {"namespace", ""}},
                              .forward_to = arguments.forward_to}}};
}

}  // namespace

const Signature kSignature{
    .name = "loki.source.kubernetes_events",
    .doc = "Turns the events of a Kubernetes cluster into log lines.",
    .arguments = schema_of<Arguments, validate>(kFields),
    .make_arguments = make_arguments<Arguments>,
    .needs = hook<Arguments, needs>,
    .streams = hook<Arguments, streams>,
};

}  // namespace components::loki::source_kubernetes_events
