#include "components/discovery/docker/signature.h"

#include "components/shared/docker_api/host_signature.h"
#include "components/shared/streams.h"

namespace components::discovery::docker {

using namespace river::schema;

namespace {

void validate(const Arguments& arguments, Scope& scope) {
  docker_api::check_host(arguments.host, scope);
  if (scope.known("port") && (arguments.port < 0 || arguments.port > 65535))
    scope.error("port", "C073", "{} is not a port number", arguments.port);
  if (scope.known("refresh_interval") && arguments.refresh_interval.value.count() <= 0)
    scope.error("refresh_interval", "C074", "refresh_interval must be above 0");
}

constexpr Field kFilterFields[] = {
    attr<&Filter::name>("name", Need::required, "Filter of the daemon: name, label, status, ..."),
    attr<&Filter::values>("values", Need::required, "Values; one of them must match."),
};
constexpr BlockSchema kFilter = schema_of(kFilterFields);

constexpr Field kFields[] = {
    attr<&Arguments::host>("host", Need::required, "Address of the Docker daemon."),
    attr<&Arguments::port>("port", Need::optional, "Port of targets that expose no TCP port."),
    attr<&Arguments::host_networking_host>("host_networking_host", Need::optional,
                                           "Address of containers in host network mode."),
    attr<&Arguments::refresh_interval>(
        "refresh_interval", Need::optional,
        "How often to list all containers; events of the daemon are followed besides."),
    attr<&Arguments::match_first_network>(
        "match_first_network", Need::optional,
        "Of several networks take only the first by name, instead of a target for each."),
    block<&Arguments::filter>("filter", Need::optional, "Which containers to list.", kFilter),
    squash<&Arguments::http_client>(kHttpClient),
};
constexpr BlockSchema kArguments = schema_of<Arguments, validate>(kFields);

constexpr Field kExports[] = {
    attr<&Exports::targets>("targets", Need::required,
                            "One target per container, network and exposed TCP port."),
};

std::vector<HostNeed> needs(const Arguments& arguments) {
  std::vector<HostNeed> all;
  if (!arguments.host.empty())
    all.push_back({HostNeed::Kind::docker, arguments.host, arguments.http_client});
  add_needed_files(arguments.http_client, all);
  return all;
}

std::any streams(const Arguments&) {
  return Streams{.finds_containers = true};
}

}  // namespace

const Signature kSignature{
    .name = "discovery.docker",
    .doc = "Finds the containers of a Docker daemon.",
    .arguments = kArguments,
    .exports = kExports,
    .make_arguments = make_arguments<Arguments>,
    .needs = hook<Arguments, needs>,
    .streams = hook<Arguments, streams>,
};

}  // namespace components::discovery::docker
