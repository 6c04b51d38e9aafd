#include "compiler/expand/expand.h"

namespace compiler::expand {

namespace ast = river::ast;

std::string Expansion::place(river::diag::Span where) const {
  const auto position = sources.position(where.begin);
  std::string_view file = position.file;
  if (!playbook_dir.empty() && file.starts_with(playbook_dir) &&
      file.substr(playbook_dir.size()).starts_with('/'))
    file.remove_prefix(playbook_dir.size() + 1);
  return fmt::format("{}:{}", file, position.line);
}

ast::Statement* Expansion::forward_to(std::string_view backend) const {
  if (piece.forward_to != nullptr) {
    // A copy: the node's place in this tree is its own.
    return build.attribute("forward_to", folder.fold(*piece.forward_to));
  }
  if (source.backend.empty()) {
    diagnostics.error("F067", span(), "{} has no destination", piece.statement->name)
        .with_help("add fleet.backends to the template, or give the block forward_to");
    return build.attribute("forward_to", build.list({}));
  }
  const std::string receiver = fmt::format("{}.{}.receiver", backend, source.backend);
  return build.attribute("forward_to", build.list({build.reference(receiver)}));
}

ast::Expr* Expansion::text(const host::Text& value) const {
  return (value.given() ? build.at(value.span) : build).string(value.value);
}

ast::Expr* Expansion::docker_socket() const {
  const host::Text& given = host.docker.host;
  return text(given.given() ? given : host::Text{"unix:///var/run/docker.sock", {}});
}

ast::Expr* Expansion::labels(const host::LabelList& own) const {
  river::Builder::Fields fields;
  for (const host::Label& label : own) fields.emplace_back(label.name, text(label.value));
  const auto given = [&](std::string_view name) {
    for (const host::Label& label : own)
      if (label.name == name) return true;
    return false;
  };
  if (!given("hostname")) fields.emplace_back("hostname", text(host.hostname));
  if (!given("environment") && host.environment.given())
    fields.emplace_back("environment", text(host.environment));
  return build.object(fields, river::Layout::one_per_line);
}

void Expansion::add_given(std::string_view name, const host::Text& value, Statements& to) const {
  if (value.given()) to.push_back(build.at(value.span).attribute(name, text(value)));
}

void expand(const Expansion& to, Statements& out) {
  switch (to.piece.kind) {
    case templates::FleetKind::none:
    case templates::FleetKind::include:
      return;
    case templates::FleetKind::journal:
      return expand_journal(to, out);
    case templates::FleetKind::syslog:
      return expand_syslog(to, out);
    case templates::FleetKind::docker:
      return expand_docker(to, out);
    case templates::FleetKind::files:
      return expand_files(to, out);
    case templates::FleetKind::metrics:
      return expand_metrics(to, out);
    case templates::FleetKind::backends:
      return expand_backends(to, out);
  }
}

}  // namespace compiler::expand
