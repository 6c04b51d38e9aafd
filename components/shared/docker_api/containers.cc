#include "components/shared/docker_api/containers.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"

namespace components::docker_api {
namespace {

using Json = nlohmann::json;

constexpr size_t kMessageBytesMax = 300;

/// The member, or null when there is none; objects are never changed by asking.
const Json& member(const Json& object, const char* name) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto found = object.find(name);
  return found == object.end() ? none : *found;
}

std::string text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : "";
}
bool truth(const Json& value) {
  return value.is_boolean() && value.get<bool>();
}
int64_t integer(const Json& value) {
  return value.is_number_integer() ? value.get<int64_t>() : 0;
}

TextMap text_map(const Json& object) {
  TextMap out;
  if (object.is_object())
    for (const auto& [name, value] : object.items()) out[name] = text(value);
  return out;
}

Container container_of(const Json& json) {
  Container out{.id = text(member(json, "Id")),
                .name = {},
                .state = text(member(json, "State")),
                .network_mode = text(member(member(json, "HostConfig"), "NetworkMode")),
                .labels = text_map(member(json, "Labels")),
                .ports = {},
                .networks = {}};
  if (const Json& names = member(json, "Names"); names.is_array() && !names.empty())
    out.name = text(names.front());
  if (const Json& ports = member(json, "Ports"); ports.is_array())
    for (const Json& port : ports)
      out.ports.push_back({static_cast<int>(integer(member(port, "PrivatePort"))),
                           static_cast<int>(integer(member(port, "PublicPort"))),
                           text(member(port, "IP")), text(member(port, "Type"))});
  const Json& networks = member(member(json, "NetworkSettings"), "Networks");
  if (networks.is_object())
    for (const auto& [name, network] : networks.items())
      out.networks[name] = {text(member(network, "NetworkID")), text(member(network, "IPAddress"))};
  return out;
}

}  // namespace

base::Result<std::vector<Container>> parse_containers(std::string_view json) {
  const Json list = base::parse_json(json);
  if (!list.is_array()) return base::fail("the list of containers is not a JSON array");
  std::vector<Container> out;
  for (const Json& item : list)
    if (Container container = container_of(item); !container.id.empty())
      out.push_back(std::move(container));
  return out;
}

base::Result<std::vector<Network>> parse_networks(std::string_view json) {
  const Json list = base::parse_json(json);
  if (!list.is_array()) return base::fail("the list of networks is not a JSON array");
  std::vector<Network> out;
  for (const Json& item : list)
    out.push_back({.id = text(member(item, "Id")),
                   .name = text(member(item, "Name")),
                   .scope = text(member(item, "Scope")),
                   .internal = truth(member(item, "Internal")),
                   .ingress = truth(member(item, "Ingress")),
                   .labels = text_map(member(item, "Labels"))});
  return out;
}

base::Result<ContainerState> parse_container_state(std::string_view json) {
  const Json container = base::parse_json(json);
  if (!container.is_object()) return base::fail("a container's description is not a JSON object");
  const Json& state = member(container, "State");
  return ContainerState{.terminal = truth(member(member(container, "Config"), "Tty")),
                        .running = truth(member(state, "Running")),
                        .started_at = text(member(state, "StartedAt"))};
}

std::optional<Event> parse_event(std::string_view json) {
  const Json event = base::parse_json(json);
  if (!event.is_object()) return std::nullopt;
  const Json& actor = member(event, "Actor");
  std::string type = text(member(event, "Type"));
  const Json& container =
      type == "container" ? member(actor, "ID") : member(member(actor, "Attributes"), "container");
  return Event{.type = std::move(type),
               .action = text(member(event, "Action")),
               .container = text(container),
               .time_s = integer(member(event, "time"))};
}

std::string print_filters(const Filters& filters) {
  return base::json_text(Json(filters));
}

std::string error_message(std::string_view body) {
  const std::string message = text(member(base::parse_json(body), "message"));
  return std::string((message.empty() ? body : message).substr(0, kMessageBytesMax));
}

std::string label_part(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (!base::is_letter(c) && !base::is_digit(c)) c = '_';
  return out;
}

}  // namespace components::docker_api
