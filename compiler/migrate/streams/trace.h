#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/migrate/streams/family.h"
#include "river/config/program.h"
#include "river/diag/source_map.h"

namespace compiler::migrate::streams {

/// A container, or one of each kind that a service can have. What is not known is nullopt and
/// stands for any text.
struct Container {
  std::string service;      ///< as the inventory spells it; empty: all others of the host
  bool is_composed = true;  ///< false: from `docker run`, without Compose's labels
  std::optional<std::string> project;
  std::optional<std::string> component;       ///< the Compose service
  std::vector<std::string> names;             ///< without "/"; empty: PROJECT-COMPONENT-1
  bool has_own_name = false;                  ///< `container_name` is given, but not known
  std::map<std::string, std::string> labels;  ///< Docker labels that the compose file gives
};

/// Whose streams are wanted.
struct TraceQuestion {
  std::string host;
  std::vector<std::string> services;             ///< of the inventory
  std::map<std::string, std::string> listeners;  ///< port of a syslog listener -> service
  std::vector<Container> containers;             ///< what discovery.docker finds
};

/// The streams that a configuration makes: entries of each source followed through relabelling,
/// stages and external labels to every backend, with the agent's own rules. Loki's service_name
/// is among the labels. Runs nothing of the machine; may be called from several threads.
/// `program` must be free of errors.
Outflow outflow(const river::config::Program& program, const river::diag::SourceMap& sources,
                const TraceQuestion& question);

/// The label that Loki 3 adds when there is none, from the first of its list that is present; it is
/// assumed until somebody says that this backend adds it.
void add_service_name(StreamFamily& family);

}  // namespace compiler::migrate::streams
