#include "agent/doctor/doctor.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/doctor/checks.h"
#include "agent/doctor/needs.h"
#include "agent/doctor/ports.h"
#include "base/json.h"
#include "base/number.h"
#include "components/catalog.h"
#include "io/http/url.h"
#include "river/diag/render.h"

namespace agent::doctor {
namespace {

std::string_view name_of(State state) {
  switch (state) {
    case State::ok:
      return "ok";
    case State::warn:
      return "warn";
    case State::fail:
      return "fail";
    case State::ignored:
      return "ignored";
  }
  return "";
}

Check check_config(const graph::Configuration& configuration,
                   river::diag::Diagnostics& diagnostics) {
  if (!diagnostics.has_errors()) return {"config", State::ok, "the configuration has no error", ""};
  diagnostics.sort();
  std::string findings =
      render(diagnostics, configuration.sources, river::diag::OutputFormat::text);
  while (findings.ends_with('\n')) findings.pop_back();
  return {"config", State::fail, findings, "cfgc validate finds this before a deploy"};
}

}  // namespace

base::Result<Checks> examine(const Options& options, const Identity& identity) {
  auto loaded = graph::load(options.config, components::catalog(), options.stability);
  if (!loaded) return tl::unexpected(loaded.error());
  Needs needs;
  if (!loaded->diagnostics.has_errors())
    needs = needs_of(*loaded->configuration, loaded->diagnostics);
  const auto http = io::http::parse_listen_address(options.listen_address);
  if (!http) return base::in_context("--server.http.listen-addr", http.error());
  if (!http->is_unix())
    needs.listeners.push_back({"the agent's HTTP interface", "tcp", http->text()});
  // Root alone sees whose sockets they are; the rest is tried as the agent will.
  const Ports ports = Ports::look();
  if (const auto became = become(identity); !became) return tl::unexpected(became.error());

  Checks checks = {check_config(*loaded->configuration, loaded->diagnostics)};
  check_groups(needs, identity, checks);
  check_ports(needs, ports, checks);
  check_dockers(needs, checks);
  check_journals(needs, checks);
  check_files(needs, checks);
  check_clock(checks);
  check_disk(options.storage, checks);
  check_kernel(needs, checks);
  check_backends(needs, checks);
  for (Check& check : checks)
    if (check.state == State::fail && std::find(options.ignored.begin(), options.ignored.end(),
                                                check.name) != options.ignored.end())
      check.state = State::ignored;
  return checks;
}

size_t count(const Checks& checks, State state) {
  return static_cast<size_t>(std::count_if(
      checks.begin(), checks.end(), [&](const Check& check) { return check.state == state; }));
}

std::string as_text(const Checks& checks) {
  std::string text;
  for (const Check& check : checks) {
    text += fmt::format("{:<8} {:<10} {}\n", name_of(check.state), check.name, check.message);
    if (!check.help.empty()) text += fmt::format("{:<19} {}\n", "", check.help);
  }
  const size_t failures = count(checks, State::fail);
  const size_t warnings = count(checks, State::warn);
  return text + fmt::format("{}, {}, {}\n", base::counted(checks.size(), "check", "checks"),
                            base::counted(failures, "failure", "failures"),
                            base::counted(warnings, "warning", "warnings"));
}

std::string as_json(const Checks& checks) {
  auto list = nlohmann::ordered_json::array();
  for (const Check& check : checks)
    list.push_back({{"name", check.name},
                    {"state", name_of(check.state)},
                    {"message", check.message},
                    {"help", check.help}});
  const nlohmann::ordered_json all = {{"checks", std::move(list)},
                                      {"failures", count(checks, State::fail)},
                                      {"warnings", count(checks, State::warn)}};
  return base::json_text(all, 2) + "\n";
}

}  // namespace agent::doctor
