#include "components/discovery/docker/docker.h"

#include <utility>

#include "components/discovery/docker/watch.h"

namespace components::discovery::docker {
namespace {

docker_api::Filters filters_of(const Arguments& arguments) {
  docker_api::Filters filters;
  for (const Filter& filter : arguments.filter) {
    auto& values = filters[filter.name];
    values.insert(values.end(), filter.values.begin(), filter.values.end());
  }
  return filters;
}

}  // namespace

Docker::Docker(Context context, const Arguments& arguments)
    : Discovery(std::move(context), kSignature, arguments),
      failures_(this->context().metrics.counter("prometheus_sd_refresh_failures_total",
                                                "Listings of containers that failed.",
                                                {{"mechanism", "docker"}})) {}

base::Result<std::shared_ptr<Search>> Docker::make(const Arguments& arguments) {
  auto endpoint =
      docker_api::endpoint(arguments.host, arguments.http_client, arguments.refresh_interval.value);
  if (!endpoint) return base::in_context("host", endpoint.error());
  return std::make_shared<Watch>(
      *context().loop, Watch::Options{.endpoint = std::move(*endpoint),
                                      .filters = filters_of(arguments),
                                      .targets = {arguments.port, arguments.host_networking_host,
                                                  arguments.match_first_network},
                                      .refresh_interval = arguments.refresh_interval.value,
                                      .failures = failures_,
                                      .log = context().log,
                                      .on_targets = on_targets()});
}

}  // namespace components::discovery::docker
