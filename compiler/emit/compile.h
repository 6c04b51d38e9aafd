#pragma once
#include <functional>
#include <string>
#include <vector>

#include "compiler/host/host.h"
#include "compiler/templates/template.h"
#include "river/config/program.h"

namespace compiler::emit {

/// The day by UTC, YYYY-MM-DD.
std::string today();

/// Takes a host without errors and its config; called from several threads, and both views end with
/// the call.
using Seen = std::function<void(const host::Host&, const river::config::Program&)>;

struct CompileOptions {
  /// Names of the hosts to compile, all in the inventory; empty: all.
  std::vector<std::string> hosts;
  /// The inventory lacks its groups (host_vars on their own).
  bool partial = false;
  river::config::Catalog catalog;
  river::schema::Stability stability = river::schema::Stability::generally_available;
  Seen seen;
  /// Templates without a fleet.docker block are compiled as if they ended with one.
  bool add_docker_block = false;
  std::string today = emit::today();  ///< for days of the inventory that are past
};

struct CompiledHost {
  std::string name;
  std::string template_name;
  std::string text;               ///< canonical River; empty when the host has errors
  bool has_docker_block = false;  ///< the template has fleet.docker
};

/// Compiles hosts in parallel: model, template, expansion, check, text. Findings come out in the
/// order of hosts, one that several hosts share (a template, a group) once. Same input, same bytes.
std::vector<CompiledHost> compile_fleet(inventory::Inventory& inventory,
                                        const CompileOptions& options,
                                        river::diag::SourceMap& sources,
                                        river::diag::Diagnostics& diagnostics);

/// Reports passwords, tokens and keys that a configuration spells out: text in an attribute that
/// holds a secret, an Authorization header, a URL with a password. What comes from the agent's
/// environment or from another component is not reported.
void report_plain_secrets(const river::config::Program& program,
                          river::diag::Diagnostics& diagnostics);

}  // namespace compiler::emit
