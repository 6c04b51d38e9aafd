#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "compiler/emit/run.h"
#include "compiler/migrate/streams/family.h"

namespace compiler::migrate::streams {

/// What is between a service and its move, with what to do.
struct Blocker {
  enum class Kind : uint8_t {
    no_docker_blocks,      ///< the host's config does not discover containers
    no_docker_service,     ///< `docker` is not among the host's services
    not_in_compose,        ///< no Compose project of this name is known
    syslog_driver,         ///< the compose file still says `logging: driver: syslog`
    project_name_differs,  ///< the label `service` would not be the service's name
    recreate_container,    ///< the log driver is fixed when a container is created
    agent_without_docker_group,
    lines_differ,  ///< other lines come after the move, or they go elsewhere
    dual_labels,   ///< it has moved, and its streams still carry the label of its listener
  };
  Kind kind = Kind::no_docker_blocks;
  std::string message;   ///< what, and what to do
  std::string place;     ///< "host_vars/puck.yml:12:3"; empty when there is none
  bool is_hint = false;  ///< a step to take rather than something that stops the move
};

struct ServiceState {
  std::string service;
  Mechanism mechanism = Mechanism::none;
  int64_t port = 0;             ///< of <service>_syslog_port; 0: none
  std::string port_place;       ///< where it stands
  bool port_is_unused = false;  ///< reserved, and may be removed
  bool moves = false;           ///< this report judges its move
  std::string dual_until;       ///< day until which its streams are meant to have both labels
  std::vector<Blocker> blockers;
  std::vector<StreamFamily> before, after;
  uint32_t streams_before = 0, streams_after = 0;
};

struct HostState {
  std::string host;
  std::vector<ServiceState> services;  ///< those that log: by name
  std::vector<std::string> steps;      ///< in order; empty: nothing is left to do
  uint32_t done = 0;                   ///< moved, of `total` that are or were on syslog
  uint32_t total = 0;
};

struct State {
  std::vector<HostState> hosts;
  Mapping mapping;
  std::vector<base::Error> not_read;  ///< compose files, which are missing in all of this
  uint32_t done = 0;
  uint32_t total = 0;
};

struct Question {
  compiler::inventory::InventoryOptions inventory;
  compiler::emit::CheckOptions check;
  std::vector<std::string> hosts;              ///< empty: all
  std::vector<std::string> services;           ///< whose move is judged; empty: all on syslog
  std::vector<std::filesystem::path> compose;  ///< folders with compose files and templates
  /// Whether streams of the hosts that were left out are wanted: they stay, and queries find them.
  bool reads_other_hosts = true;
};

/// How the fleet stands and what moving `services` would do: computed from the inventory, the
/// configurations that cfgc compiles from it, and compose files. Contacts nothing. Findings about
/// the inventory are in `run`; with errors there the state is of the hosts that compile, and the
/// others are in Mapping::missing.
State read_state(const Question& question, compiler::emit::Run& run);

}  // namespace compiler::migrate::streams
