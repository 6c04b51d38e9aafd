#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// What the Docker daemon tells of containers and networks, read from its JSON. Pure: no I/O.
/// Members that are absent or of another type are left at their defaults.
namespace components::docker_api {

using TextMap = std::map<std::string, std::string>;

struct Port {
  int private_port = 0;
  int public_port = 0;  ///< 0: not published
  std::string public_ip;
  std::string type;  ///< "tcp", "udp", "sctp"
  bool operator==(const Port&) const = default;
};

/// A network that a container is on.
struct Attachment {
  std::string network_id;
  std::string ip_address;
  bool operator==(const Attachment&) const = default;
};

struct Container {
  std::string id;
  std::string name;   ///< the first one, with its leading slash
  std::string state;  ///< "running", "exited", ...
  std::string network_mode;
  TextMap labels;
  std::vector<Port> ports;
  std::map<std::string, Attachment> networks;  ///< by network name
  bool operator==(const Container&) const = default;
};

struct Network {
  std::string id;
  std::string name;
  std::string scope;
  bool internal = false;
  bool ingress = false;
  TextMap labels;
  bool operator==(const Network&) const = default;
};

/// What a log reader must know of one container.
struct ContainerState {
  bool terminal = false;  ///< its output is a terminal's: one stream, no frames
  bool running = false;
  std::string started_at;  ///< names the present or last run
};

/// One event of the daemon: "container start", "network connect".
struct Event {
  std::string type;
  std::string action;
  std::string container;  ///< id of the one that it is about; empty when it names none
  int64_t time_s = 0;     ///< by the daemon's clock, since the Unix epoch
};

base::Result<std::vector<Container>> parse_containers(std::string_view json);
base::Result<std::vector<Network>> parse_networks(std::string_view json);
base::Result<ContainerState> parse_container_state(std::string_view json);
/// Nothing for text that is no event.
std::optional<Event> parse_event(std::string_view json);

/// The `filters` parameter: {"name": ["value", ...], ...}.
using Filters = std::map<std::string, std::vector<std::string>>;
std::string print_filters(const Filters& filters);

/// The "message" of an error answer, or the answer itself, short.
std::string error_message(std::string_view body);

/// A part of a label name out of any text: every character but ASCII letters and digits becomes
/// "_".
std::string label_part(std::string_view text);

}  // namespace components::docker_api
