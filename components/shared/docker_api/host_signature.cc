#include "components/shared/docker_api/host_signature.h"

namespace components::docker_api {

void check_host(std::string_view host, river::schema::Scope& scope) {
  if (!scope.known("host")) return;
  for (const std::string_view scheme : {"unix://", "tcp://", "http://", "https://"})
    if (host.starts_with(scheme) && host.size() > scheme.size()) return;
  scope.error("host", "C072", "\"{}\" is not the address of a Docker daemon", host)
      .with_help("such as \"unix:///var/run/docker.sock\" or \"tcp://10.0.0.5:2375\"");
}

}  // namespace components::docker_api
