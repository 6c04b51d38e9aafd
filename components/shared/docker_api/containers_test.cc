#include "components/shared/docker_api/containers.h"

#include <doctest/doctest.h>

namespace components::docker_api {

TEST_CASE("docker api: the list of containers") {
  const auto list = parse_containers(R"([
    {"Id": "c1", "Names": ["/web", "/alias"], "State": "running", "Labels": {"a": "b", "n": 1},
     "Ports": [{"PrivatePort": 80, "PublicPort": 8080, "IP": "0.0.0.0", "Type": "tcp"}],
     "HostConfig": {"NetworkMode": "front"},
     "NetworkSettings": {"Networks": {"front": {"NetworkID": "n1", "IPAddress": "10.0.0.2"}}}},
    {"Id": "c2", "Names": null, "Labels": [], "Ports": {}, "HostConfig": 3},
    {"Names": ["/without-id"]}, 17])");
  REQUIRE(list);
  REQUIRE(list->size() == 2);
  const Container& web = list->front();
  CHECK(web.name == "/web");
  CHECK(web.state == "running");
  CHECK(web.network_mode == "front");
  CHECK(web.labels == TextMap{{"a", "b"}, {"n", ""}});
  REQUIRE(web.ports.size() == 1);
  CHECK(web.ports[0].public_port == 8080);
  CHECK(web.networks.at("front").ip_address == "10.0.0.2");
  CHECK((*list)[1].name.empty());
  for (const char* bad : {"", "{}", "[", "null", "[{]"}) CHECK_FALSE(parse_containers(bad));
}

TEST_CASE("docker api: networks, a container's state, events, errors") {
  const auto networks = parse_networks(
      R"([{"Id": "n1", "Name": "front", "Scope": "local", "Internal": true, "Labels": null}])");
  REQUIRE(networks);
  CHECK(networks->front().internal);
  CHECK_FALSE(networks->front().ingress);
  CHECK_FALSE(parse_networks("7"));

  const auto state = parse_container_state(
      R"({"Config": {"Tty": true}, "State": {"Running": true, "StartedAt": "2026"}})");
  REQUIRE(state);
  CHECK(state->terminal);
  CHECK(state->running);
  CHECK(state->started_at == "2026");
  CHECK_FALSE(parse_container_state("[]"));

  const auto event =
      parse_event(R"({"Type": "container", "Action": "start", "Actor": {"ID": "c1"}})");
  REQUIRE(event);
  CHECK(event->action == "start");
  CHECK(event->container == "c1");
  const auto connected = parse_event(R"({"Type": "network", "Action": "connect", "Actor":
      {"ID": "n1", "Attributes": {"container": "c2", "name": "front"}}})");
  REQUIRE(connected);
  CHECK(connected->container == "c2");
  const auto pruned = parse_event(R"({"Type": "network", "Action": "prune", "Actor": {"ID": ""}})");
  REQUIRE(pruned);
  CHECK(pruned->container.empty());
  CHECK_FALSE(parse_event("half an eve"));

  CHECK(error_message(R"({"message": "no such container"})") == "no such container");
  CHECK(error_message("<html>") == "<html>");
  CHECK(print_filters({{"label", {"a", "b=\"c\""}}}) == R"({"label":["a","b=\"c\""]})");
  CHECK(print_filters({}) == "{}");
}

}  // namespace components::docker_api
