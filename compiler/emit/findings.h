#pragma once
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/host/host.h"
#include "river/config/program.h"

namespace compiler::emit {

/// The definitions of ports that `host` has the service for, by the place of their names.
std::vector<uint32_t> ports_in_use(const host::Host& host);

/// What several hosts share of their ports: a group and --extra-vars set a port for those that have
/// the service. Views the inventory. Immutable; one thread.
class SharedPorts {
 public:
  /// `compiled` are hosts of the inventory, `in_use` is what ports_in_use() said of all of them.
  SharedPorts(const inventory::Inventory& inventory,
              const std::set<const inventory::HostEntry*>& compiled, std::set<uint32_t> in_use);

  /// Whether the port that `finding` calls one without a service (F023) belongs to another host's,
  /// or may: of hosts that are not compiled the services are not known.
  bool belongs_elsewhere(const river::diag::Diagnostic& finding,
                         const inventory::HostEntry& entry) const;

 private:
  std::set<const yaml::Node*> layers_elsewhere_;  ///< those of hosts that are not compiled
  std::set<uint32_t> in_use_;
};

// What hosts lack and share: host_needs.cc.

/// Reports environment variables that a config needs and the role's variables do not set, and
/// containers that the agent may not read.
void check_host_needs(const host::Host& host, const river::config::Program& program,
                      river::diag::Diagnostics& diagnostics);

/// What tells a host's streams from those of others.
struct Identity {
  std::string name;
  std::string hostname, environment;  ///< without a name: no stream of its has one
  std::string backend;                ///< where they go, and whose they are there
  river::diag::Span place;
};
/// Reports hosts whose streams cannot be told apart.
void check_identities(const std::vector<Identity>& hosts, river::diag::Diagnostics& diagnostics);

/// Leaves of the findings of each code the first of a file and of all files: who reads them mends
/// those and asks again. `diagnostics` must be sorted. How many of each code were left out.
std::map<std::string_view, size_t> keep_first(const river::diag::SourceMap& sources,
                                              river::diag::Diagnostics& diagnostics);

/// One list of the findings of many hosts: what several share is said once, at the place that
/// people have written; what differs in the name of the host alone, with their names. One thread.
class Merge {
 public:
  Merge(const river::diag::SourceMap& sources, river::diag::Diagnostics& to)
      : sources_(sources), to_(to) {}
  ~Merge();
  Merge(const Merge&) = delete;
  Merge& operator=(const Merge&) = delete;

  /// `host`: whose finding it is; empty: of the fleet.
  void take(const river::diag::Diagnostic& finding, std::string_view host = {});
  void take(const river::diag::Diagnostics& from) {
    for (const river::diag::Diagnostic& one : from.items()) take(one);
  }

 private:
  struct Shared {
    river::diag::Diagnostic finding;
    std::vector<std::string_view> hosts;  ///< of which it is said; empty: of none by name
  };

  const river::diag::SourceMap& sources_;
  river::diag::Diagnostics& to_;
  std::vector<Shared> shared_;
  std::unordered_map<std::string, size_t> said_;
};

}  // namespace compiler::emit
