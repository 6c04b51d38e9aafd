#include <algorithm>

#include "compiler/expand/expand.h"
#include "river/config/steps.h"

/// fleet.backends: where everything goes. Secrets stay in the agent's environment.
namespace compiler::expand {

namespace ast = river::ast;

namespace {

/// What a signal's backend is made of.
struct Kind {
  std::string_view component, what, url_variable, password_variable;
};
constexpr Kind kLogs = {kLogsBackend, "logs", "LOKI_URL", "LOKI_PASSWORD"};
constexpr Kind kMetrics = {kMetricsBackend, "metrics", "PROMETHEUS_URL", "PROMETHEUS_PASSWORD"};
constexpr std::string_view kTenantHeader = "X-Scope-OrgID";

ast::Expr* from_environment(const river::Builder& build, std::string_view variable) {
  return build.call("sys.env", {build.string(variable)});
}

/// Adds `name = sys.env(VARIABLE)` when the variable is given.
void add_from_environment(const Expansion& to, std::string_view name, const host::Text& variable,
                          Statements& out) {
  if (!variable.given()) return;
  const river::Builder build = to.build.at(variable.span);
  out.push_back(build.attribute(name, from_environment(build, variable.value)));
}

void add_basic_auth(const Expansion& to, const Kind& kind, const host::Backend& backend,
                    Statements& endpoint) {
  if (!backend.basic_auth_span.known()) return;
  Statements auth;
  to.add_given("username", backend.username, auth);
  add_from_environment(to, "username", backend.username_env, auth);
  add_from_environment(to, "password", backend.password_env, auth);
  to.add_given("password_file", backend.password_file, auth);
  if (backend.password.given())
    add_from_environment(to, "password", {kind.password_variable, backend.password.span}, auth);
  endpoint.push_back(to.build.at(backend.basic_auth_span).block("basic_auth", "", auth));
}

/// loki.write has an argument for it, prometheus.remote_write has none.
void add_tenant(const Expansion& to, const Kind& kind, const host::Text& tenant,
                Statements& endpoint) {
  if (kind.component == kLogsBackend) return to.add_given("tenant_id", tenant, endpoint);
  if (!tenant.given()) return;
  const river::Builder build = to.build.at(tenant.span);
  endpoint.push_back(
      build.attribute("headers", build.object({{kTenantHeader, build.string(tenant.value)}})));
}

void expand_backend(const Expansion& to, const Kind& kind, const host::Backend& backend,
                    Statements& out) {
  const river::Builder build = backend.given() ? to.build.at(backend.span) : to.build;
  Statements endpoint = {build.attribute("url", backend.url.given()
                                                    ? to.text(backend.url)
                                                    : from_environment(build, kind.url_variable))};
  add_tenant(to, kind, backend.tenant, endpoint);
  add_from_environment(to, "bearer_token", backend.bearer_token_env, endpoint);
  add_basic_auth(to, kind, backend, endpoint);
  Statements write = {build.block("endpoint", "", endpoint)};
  if (!backend.external_labels.empty()) {
    river::Builder::Fields labels;
    for (const host::Label& label : backend.external_labels)
      labels.emplace_back(label.name, to.text(label.value));
    write.push_back(
        build.attribute("external_labels", build.object(labels, river::Layout::one_per_line)));
  }
  out.push_back(build.block(kind.component, to.label(), write));
  to.build.comment_above(*out.back(),
                         fmt::format("where {} go, from {}", kind.what,
                                     to.place(backend.given() ? backend.span : to.span())));
}

/// Whether a piece of River in the template refers to the backend of metrics.
bool refers_to_metrics(const templates::Piece& piece) {
  if (piece.kind != templates::FleetKind::none || !piece.statement->is_block) return false;
  const auto chains = river::config::chains_of(piece.statement->body);
  return std::any_of(chains.begin(), chains.end(), [](const river::config::Chain& chain) {
    return fmt::format("{}", fmt::join(chain.names, ".")).starts_with(kMetricsBackend);
  });
}

/// Without metrics there is nothing that would send to their backend.
bool needs_metrics(const Expansion& to) {
  const auto& pieces = to.source.pieces;
  const bool has_block = std::any_of(pieces.begin(), pieces.end(), [](const auto& piece) {
    return piece.kind == templates::FleetKind::metrics;
  });
  return (has_block && to.host.has_metrics()) ||
         std::any_of(pieces.begin(), pieces.end(), refers_to_metrics);
}

}  // namespace

void expand_backends(const Expansion& to, Statements& out) {
  expand_backend(to, kLogs, to.host.loki, out);
  if (needs_metrics(to)) expand_backend(to, kMetrics, to.host.metrics.remote_write, out);
}

}  // namespace compiler::expand
