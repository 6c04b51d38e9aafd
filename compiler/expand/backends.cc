#include "compiler/expand/expand.h"

/// fleet.backends: where everything goes. Secrets stay in the agent's environment.
namespace compiler::expand {

namespace ast = river::ast;

namespace {

constexpr std::string_view kUrlVariable = "LOKI_URL";
constexpr std::string_view kPasswordVariable = "LOKI_PASSWORD";

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

void add_basic_auth(const Expansion& to, const host::LokiModel& loki, Statements& endpoint) {
  if (!loki.basic_auth_span.known()) return;
  Statements auth;
  to.add_given("username", loki.username, auth);
  add_from_environment(to, "username", loki.username_env, auth);
  add_from_environment(to, "password", loki.password_env, auth);
  to.add_given("password_file", loki.password_file, auth);
  if (loki.password.given())
    add_from_environment(to, "password", {kPasswordVariable, loki.password.span}, auth);
  endpoint.push_back(to.build.at(loki.basic_auth_span).block("basic_auth", "", auth));
}

}  // namespace

void expand_backends(const Expansion& to, Statements& out) {
  const host::LokiModel& loki = to.host.loki;
  const river::Builder build = loki.span.known() ? to.build.at(loki.span) : to.build;
  Statements endpoint = {build.attribute(
      "url", loki.url.given() ? to.text(loki.url) : from_environment(build, kUrlVariable))};
  to.add_given("tenant_id", loki.tenant, endpoint);
  add_from_environment(to, "bearer_token", loki.bearer_token_env, endpoint);
  add_basic_auth(to, loki, endpoint);
  Statements write = {build.block("endpoint", "", endpoint)};
  if (!loki.external_labels.empty()) {
    river::Builder::Fields labels;
    for (const host::Label& label : loki.external_labels)
      labels.emplace_back(label.name, to.text(label.value));
    write.push_back(
        build.attribute("external_labels", build.object(labels, river::Layout::one_per_line)));
  }
  out.push_back(build.block("loki.write", to.label(), write));
  to.build.comment_above(
      *out.back(), "where logs go, from " + to.place(loki.span.known() ? loki.span : to.span()));
}

}  // namespace compiler::expand
