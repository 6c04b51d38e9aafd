#include <doctest/doctest.h>

#include "components/shared/docker_api/api.h"
#include "components/shared/docker_api/host_signature.h"

namespace components::docker_api {

TEST_CASE("docker api: the address of a daemon, and what is refused before it is tried") {
  HttpClientArguments plain, with_tls;
  with_tls.tls_config.ca_file = "/ca.pem";
  const auto port_of = [&](const char* host, const HttpClientArguments& http) {
    const auto made = endpoint(host, http, std::chrono::seconds(1));
    return made ? made->url.port : -1;
  };
  CHECK(port_of("unix:///var/run/docker.sock", plain) == 0);
  CHECK(port_of("tcp://10.0.0.5:2375", plain) == 2375);
  CHECK(port_of("tcp://[::1]:2375", plain) == 2375);
  CHECK(port_of("tcp://docker", plain) == 80);
  CHECK(port_of("tcp://docker", with_tls) == 443);
  CHECK(port_of("http://docker", with_tls) == 80);
  for (const char* bad :
       {"", "docker", "/var/run/docker.sock", "unix://", "unix://run", "tcp://", "tcp://h:99999",
        "tcp://h:0", "tcp://h:", "tcp://h:x", "http://", "http://[]", "http://[::1",
        "http://[::1]x", "http://::1:80", "http://a b", "ftp://h"}) {
    CAPTURE(bad);
    CHECK(!daemon_url(bad, false));
    CHECK(port_of(bad, plain) == -1);
  }
}

}  // namespace components::docker_api
