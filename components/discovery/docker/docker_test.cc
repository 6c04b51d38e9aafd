#include <doctest/doctest.h>

#include <functional>

#include "components/discovery/docker/targets.h"

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
  auto moved = web;
  moved.networks["front"].ip_address = "10.0.0.3";
  auto networks = kNetworks;
  networks[0].labels["a"] = "b";
  struct Case {
    const char* what;
    std::function<void(KnownTargets&)> change;
    std::vector<Container> containers;
    std::vector<Network> networks;
    bool is_same, is_same_sidecar;
  };
  for (const Case& c : {
           Case{"nothing, all listed",
                [&](auto& k) {
                  k.set_all({sidecar, web});
                },
                {web, sidecar},
                kNetworks,
                true,
                true},
           Case{"nothing, one listed",
                [&](auto& k) { k.set_some({"c1"}, {web}); },
                {web, sidecar},
                kNetworks,
                true,
                true},
           Case{"another one went",
                [&](auto& k) { k.set_all({web}); },
                {web},
                kNetworks,
                true,
                true},
           Case{"another one was asked for and is not listed",
                [&](auto& k) {
                  k.set_some({"c2", "c9"}, {});
                },
                {web},
                kNetworks,
                true,
                true},
           Case{"its labels",
                [&](auto& k) { k.set_some({"c1"}, {changed}); },
                {changed, sidecar},
                kNetworks,
                false,
                true},
           Case{"its address, which another one borrows",
                [&](auto& k) { k.set_some({"c1"}, {moved}); },
                {moved, sidecar},
                kNetworks,
                false,
                false},
           Case{"a network",
                [&](auto& k) { k.set_networks(networks); },
                {web, sidecar},
                networks,
                false,
                false},
           Case{"no network",
                [&](auto& k) { k.set_networks(kNetworks); },
                {web, sidecar},
                kNetworks,
                true,
                true},
       }) {
    CAPTURE(c.what);
    KnownTargets known({});
    known.set_networks(kNetworks);
    known.set_all({web, sidecar});
    const auto first = known.list();
    REQUIRE(first.size() == 2);
    c.change(known);
    const auto now = known.list();
    CHECK(now == targets_of(c.containers, c.networks, {}));
    CHECK(now[0].is_same(first[0]) == c.is_same);
    if (now.size() == 2) CHECK(now[1].is_same(first[1]) == c.is_same_sidecar);
  }
}

TEST_CASE("discovery.docker: a container that lingers, and one on a network that is not known") {
  const KnownTargets::Time start{};
  const auto brief = container("c1", "new", {{"new", {"n9", "10.9.0.2"}}});
  const auto web = container("c2", "front", {{"front", {"n1", "10.0.0.2"}}});
  KnownTargets known({});
  known.set_networks(kNetworks);
  CHECK(known.empty());
  known.set_all({web});
  CHECK_FALSE(known.lacks_network());
  CHECK(known.lingering_until() == KnownTargets::Time::max());
  known.linger(brief, start + std::chrono::seconds(15));
  CHECK(known.lacks_network());
  known.set_networks(kNetworks);  // The network is gone already: it is not asked for again.
  CHECK_FALSE(known.lacks_network());
  CHECK(known.contains("c1"));
  CHECK(known.lingering_until() == start + std::chrono::seconds(15));
  known.set_all({web});
  known.set_some({"c1"}, {});
  CHECK(known.list().size() == 2);
  known.end_lingering(start + std::chrono::seconds(14));
  CHECK(known.list().size() == 2);
  known.set_some({"c1"}, {brief});  // It runs again.
  known.end_lingering(start + std::chrono::seconds(15));
  CHECK(known.list().size() == 2);
  known.linger(brief, start + std::chrono::seconds(20));
  known.end_lingering(start + std::chrono::seconds(20));
  CHECK(known.list().size() == 1);
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
