#include "components/loki/source_docker/signature.h"

#include "components/loki/source_docker/target_labels.h"
#include "components/shared/docker_api/host_signature.h"
#include "components/shared/streams.h"

namespace components::loki::source_docker {

using namespace river::schema;

namespace {

void validate(const Arguments& arguments, Scope& scope) {
  docker_api::check_host(arguments.host, scope);
  if (scope.known("refresh_interval") && arguments.refresh_interval.value.count() <= 0)
    scope.error("refresh_interval", "C074", "refresh_interval must be above 0");
}

constexpr Field kFields[] = {
    attr<&Arguments::host>("host", Need::required, "Address of the Docker daemon."),
    attr<&Arguments::targets>("targets", Need::required,
                              "Containers to read, by their __meta_docker_container_id."),
    attr<&Arguments::forward_to>("forward_to", Need::required, "Receivers of the entries."),
    attr<&Arguments::labels>("labels", Need::optional,
                             "Labels to put on every entry; they win over the targets' labels."),
    attr<&Arguments::relabel_rules>("relabel_rules", Need::optional,
                                    "Rules that make labels of the targets' __meta_ labels."),
    block<&Arguments::http_client_config>("http_client_config", Need::optional,
                                          "How to talk to a daemon over http or https.",
                                          kHttpClient),
    attr<&Arguments::refresh_interval>("refresh_interval", Need::optional,
                                       "How long a call of the daemon may take, and how often the "
                                       "daemon is asked whether a silent container still runs."),
};
constexpr BlockSchema kArguments = schema_of<Arguments, validate>(kFields);

std::vector<HostNeed> needs(const Arguments& arguments) {
  std::vector<HostNeed> all;
  if (!arguments.host.empty())
    all.push_back({HostNeed::Kind::docker, arguments.host, arguments.http_client_config});
  add_needed_files(arguments.http_client_config, all);
  return all;
}

std::any streams(const Arguments& arguments) {
  return Streams{
      .sources = {{.medium = SourceStreams::Medium::containers,
                   .targets = &arguments.targets,
                   .needed_label = "__meta_docker_container_id",
                   .labels_attribute = "labels",
                   .fields = {{"__meta_docker_container_log_stream", {"stdout", "stderr"}}},
                   .rules = arguments.relabel_rules,
                   .forward_to = arguments.forward_to,
                   .receive = [&arguments](const std::string&) { return receive(arguments); }}}};
}

}  // namespace

const Signature kSignature{
    .name = "loki.source.docker",
    .doc = "Reads the output of Docker containers from the daemon.",
    .arguments = kArguments,
    .make_arguments = make_arguments<Arguments>,
    .needs = hook<Arguments, needs>,
    .streams = hook<Arguments, streams>,
};

}  // namespace components::loki::source_docker
