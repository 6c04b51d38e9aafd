#pragma once
#include <string>
#include <vector>

#include "compiler/host/host.h"
#include "compiler/templates/fold.h"
#include "compiler/templates/template.h"
#include "river/build.h"

/// What the fleet.* blocks become: cfgc's own opinion of which components a host gets, so that here
/// alone in cfgc components have names. Each function appends the components of one block, or
/// nothing when the host has no such thing. Nodes carry the place in the inventory that asked for
/// them, so that findings of the checker point there.
namespace compiler::expand {

/// The components that fleet.backends becomes.
inline constexpr std::string_view kLogsBackend = "loki.write";
inline constexpr std::string_view kMetricsBackend = "prometheus.remote_write";

using Statements = std::vector<river::ast::Statement*>;

/// What an expansion may use. `build` makes nodes at the fleet block's own place.
struct Expansion {
  const host::Host& host;
  const templates::Piece& piece;
  const templates::Template& source;
  templates::HostFolder& folder;
  river::Builder build;
  const river::diag::SourceMap& sources;
  std::string_view playbook_dir;  ///< places are written relative to it
  river::diag::Diagnostics& diagnostics;

  std::string_view label() const { return piece.statement->label; }
  river::diag::Span span() const { return piece.statement->header_span(); }
  /// "host_vars/puck.yml:12", for comments.
  std::string place(river::diag::Span span) const;
  /// `forward_to = [...]`: what the block says, else the template's fleet.backends.
  river::ast::Statement* forward_to(std::string_view backend = kLogsBackend) const;
  /// { job = "...", own labels, hostname = "...", environment = "..." }
  river::ast::Expr* labels(const host::LabelList& own) const;
  /// A text from the inventory, at its own place.
  river::ast::Expr* text(const host::Text& text) const;
  /// The address of the Docker daemon.
  river::ast::Expr* docker_socket() const;
  /// Adds `name = text` when the text is given.
  void add_given(std::string_view name, const host::Text& text, Statements& to) const;
};

void expand_journal(const Expansion& to, Statements& out);
void expand_syslog(const Expansion& to, Statements& out);
void expand_docker(const Expansion& to, Statements& out);
void expand_files(const Expansion& to, Statements& out);
void expand_metrics(const Expansion& to, Statements& out);
void expand_backends(const Expansion& to, Statements& out);

/// The components of any fleet block.
void expand(const Expansion& to, Statements& out);

}  // namespace compiler::expand
