#include "components/discovery/docker/docker.h"

#include <doctest/doctest.h>

namespace components::discovery::docker {
namespace {

using docker_api::Container;
using docker_api::Network;

const std::vector<Network> kNetworks = {
    {.id = "n1", .name = "front", .scope = "local", .internal = false, .labels = {{"a.b", "1"}}},
    {.id = "n2", .name = "back", .scope = "local", .internal = true},
};

Container container(std::string id, std::string mode,
                    std::map<std::string, docker_api::Attachment> networks,
                    std::vector<docker_api::Port> ports = {}) {
  return {.id = std::move(id),
          .name = "/web",
          .network_mode = std::move(mode),
          .labels = {{"com.docker.compose.service", "web"}},
          .ports = std::move(ports),
          .networks = std::move(networks)};
}

/// "address network private public" of each target.
std::string print(const river::schema::Targets& targets) {
  std::string out;
  const auto value = [](const auto& target, const char* name) {
    const auto found = target.find(name);
    return found == target.end() ? std::string("-") : found->second;
  };
  for (const auto& target : targets) {
    CHECK(value(target, "__meta_docker_container_name") == "/web");
    CHECK(value(target, "__meta_docker_container_label_com_docker_compose_service") == "web");
    out += value(target, "__address__") + " " + value(target, "__meta_docker_network_name") + " " +
           value(target, "__meta_docker_port_private") + " " +
           value(target, "__meta_docker_port_public") + "; ";
  }
  return out;
}

}  // namespace

TEST_CASE("discovery.docker: targets of containers") {
  struct Case {
    const char* what;
    std::vector<Container> containers;
    TargetOptions options;
    std::string want;
  };
  const std::map<std::string, docker_api::Attachment> both = {{"front", {"n1", "10.0.0.2"}},
                                                              {"back", {"n2", "10.1.0.2"}}};
  const std::vector<docker_api::Port> ports = {
      {80, 8080, "0.0.0.0", "tcp"}, {53, 53, "", "udp"}, {443, 0, "", "tcp"}};
  const std::vector<Case> cases = {
      {"the first network by name, a target per TCP port",
       {container("c1", "front", both, ports)},
       {},
       "10.1.0.2:80 back 80 8080; 10.1.0.2:443 back 443 -; "},
      {"all networks",
       {container("c1", "front", both, {{80, 0, "", "tcp"}})},
       {.match_first_network = false},
       "10.1.0.2:80 back 80 -; 10.0.0.2:80 front 80 -; "},
      {"no TCP port: the port of the arguments",
       {container("c1", "front", {{"front", {"n1", "10.0.0.2"}}}, {{53, 53, "", "udp"}})},
       {.port = 9000},
       "10.0.0.2:9000 front - -; "},
      {"the host's network",
       {container("c1", "host", {{"front", {"n1", ""}}})},
       {.host_networking_host = "puck"},
       "puck front - -; "},
      {"an IPv6 address",
       {container("c1", "front", {{"front", {"n1", "fd00::2"}}}, {{80, 0, "", "tcp"}})},
       {},
       "[fd00::2]:80 front 80 -; "},
      {"another container's network",
       {container("c2", "container:c1", {}),
        container("c1", "front", {{"front", {"n1", "10.0.0.2"}}})},
       {},
       "10.0.0.2:80 front - -; 10.0.0.2:80 front - -; "},
      {"networks in a circle, and none at all",
       {container("c1", "container:c2", {}), container("c2", "container:c1", {})},
       {},
       ":80 - - -; :80 - - -; "},
      {"a network that is not listed",
       {container("c1", "gone", {{"gone", {"n9", "10.9.0.2"}}})},
       {},
       "10.9.0.2:80 - - -; "},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    CHECK(print(targets_of(c.containers, kNetworks, c.options)) == c.want);
  }
}

TEST_CASE("discovery.docker: a container that has not changed keeps its target objects") {
  const auto web = container("c1", "front", {{"front", {"n1", "10.0.0.2"}}});
  const auto sidecar = container("c2", "container:c1", {});
  auto changed = web;
  changed.labels["a"] = "b";
  auto networks = kNetworks;
  networks[0].labels["a"] = "b";
  struct Case {
    const char* what;
    std::vector<Container> containers;
    std::vector<Network> networks;
    TargetOptions options;
    bool is_same;
  };
  for (const Case& c : {
           Case{"nothing", {web, sidecar}, kNetworks, {}, true},
           Case{"another one went", {web}, kNetworks, {}, true},
           Case{"its labels", {changed, sidecar}, kNetworks, {}, false},
           Case{"a network", {web, sidecar}, networks, {}, false},
           Case{"the options", {web, sidecar}, kNetworks, {.port = 81}, false},
       }) {
    CAPTURE(c.what);
    KnownTargets known;
    const auto first = known.targets_of({web, sidecar}, kNetworks, {});
    REQUIRE(first.size() == 2);
    const auto now = known.targets_of(c.containers, c.networks, c.options);
    CHECK(now == targets_of(c.containers, c.networks, c.options));
    CHECK(now[0].is_same(first[0]) == c.is_same);
  }
}

TEST_CASE("discovery.docker: labels of a network") {
  const auto targets =
      targets_of({container("c1", "front", {{"front", {"n1", "10.0.0.2"}}})}, kNetworks, {});
  REQUIRE(targets.size() == 1);
  const auto target = targets[0].labels();
  CHECK(target.at("__meta_docker_container_id") == "c1");
  CHECK(target.at("__meta_docker_container_network_mode") == "front");
  CHECK(target.at("__meta_docker_network_id") == "n1");
  CHECK(target.at("__meta_docker_network_ip") == "10.0.0.2");
  CHECK(target.at("__meta_docker_network_scope") == "local");
  CHECK(target.at("__meta_docker_network_internal") == "false");
  CHECK(target.at("__meta_docker_network_ingress") == "false");
  CHECK(target.at("__meta_docker_network_label_a_b") == "1");
}

}  // namespace components::discovery::docker
