#include "components/discovery/docker/docker.h"

#include <utility>

#include "river/schema/decode.h"

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
    : context_(std::move(context)),
      initial_(arguments),
      failures_(context_.metrics.counter("prometheus_sd_refresh_failures_total",
                                         "Listings of containers that failed.",
                                         {{"mechanism", "docker"}})) {}

base::Result<void> Docker::start() {
  if (auto started = context_.loop->start(); !started) return started;
  return update(initial_);
}

/// Replaces what runs. Arguments that cannot be used leave it running.
base::Result<void> Docker::update(const Arguments& arguments) {
  auto endpoint =
      docker_api::endpoint(arguments.host, arguments.http_client, arguments.refresh_interval.value);
  if (!endpoint) return base::in_context("host", endpoint.error());
  stop();
  watch_ = std::make_shared<Watch>(
      *context_.loop,
      Watch::Options{.endpoint = std::move(*endpoint),
                     .filters = filters_of(arguments),
                     .targets = {arguments.port, arguments.host_networking_host,
                                 arguments.match_first_network},
                     .refresh_interval = arguments.refresh_interval.value,
                     .failures = failures_,
                     .log = context_.log,
                     .on_targets = [publish = context_.publish](river::schema::Targets targets) {
                       const Exports exports{std::move(targets)};
                       publish(river::schema::encode_exports(kSignature.exports, &exports));
                     }});
  watch_->start();
  return {};
}

void Docker::stop() {
  if (watch_) watch_->stop();
}

Health Docker::health() const {
  return watch_ ? watch_->health() : Health();
}

}  // namespace components::discovery::docker
