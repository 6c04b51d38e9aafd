#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/emit/compile.h"
#include "compiler/migrate/streams/compose.h"
#include "compiler/migrate/streams/trace.h"

/// What read_state() takes out of a compiler run, host by host.
namespace compiler::migrate::streams {

struct PortFact {
  std::string service;
  int64_t port = 0;
  std::string place;
  bool is_reserved = false;  ///< no listener: moved, or of no service
  bool is_listed = false;    ///< its service is among the host's
};

/// A host as it is compiled, with everything owned: the compiler's model ends with its call.
struct HostRun {
  std::vector<std::string> services;
  std::string services_place;
  std::vector<PortFact> ports;
  std::vector<std::string> migrated;
  std::map<std::string, std::string, std::less<>> dual_until;  ///< days by service
  std::string template_name;
  bool has_docker_block = false;  ///< the template has fleet.docker
  bool has_docker_service = false;
  bool has_docker_source = false;  ///< the configuration reads containers
  std::vector<StreamFamily> families;
  std::vector<DroppedLines> dropped;
  bool is_compiled = false;  ///< false: `why_missing` says why nothing is known of it
  std::string why_missing = "errors of the compiler";

  Outflow outflow() const { return {families, dropped}; }
  const PortFact* port_of(std::string_view service) const;
  /// Its lines come by a listener today.
  bool is_on_syslog(std::string_view service) const;
  bool has_moved(std::string_view service) const;
};

/// What of a host changes.
struct Move {
  std::set<std::string, std::less<>> services;  ///< from syslog, or from dual labels, to discovery
  bool adds_discovery = false;  ///< then nothing is said of containers besides those of `services`
};

/// Takes in what the compiler knows of a host.
HostRun host_run(const compiler::host::Host& host, const river::config::Program& program,
                 const river::diag::SourceMap& sources, const ComposeFiles& compose,
                 const Move& move);

}  // namespace compiler::migrate::streams
