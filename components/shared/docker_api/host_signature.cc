#include "components/shared/docker_api/host_signature.h"

#include "river/schema/text.h"

namespace components::docker_api {

base::Result<std::string> daemon_url(std::string_view host, bool tls) {
  constexpr std::string_view kUnix = "unix://", kTcp = "tcp://";
  if (host.starts_with(kUnix)) {
    if (!host.substr(kUnix.size()).starts_with('/')) return base::fail("it has no absolute path");
    return std::string(host);
  }
  std::string url(host);
  if (host.starts_with(kTcp))
    url = (tls ? "https://" : "http://") + std::string(host.substr(kTcp.size()));
  if (const auto problem = river::schema::url_problem(url)) return base::fail("{}", *problem);
  return url;
}

void check_host(std::string_view host, river::schema::Scope& scope) {
  if (!scope.known("host")) return;
  const auto url = daemon_url(host, false);
  if (url) return;
  scope
      .error("host", "C072", "\"{}\" is not the address of a Docker daemon: {}", host,
             url.error().message)
      .with_help("such as \"unix:///var/run/docker.sock\" or \"tcp://10.0.0.5:2375\"");
}

}  // namespace components::docker_api
