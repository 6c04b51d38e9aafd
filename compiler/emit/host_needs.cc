#include <algorithm>
#include <map>

#include "base/text.h"
#include "compiler/checks/checks.h"
#include "compiler/emit/findings.h"
#include "compiler/host/host_schema.h"
#include "compiler/inventory/render_request.h"

/// What the role's variables do not give a host that its config needs, and hosts that cannot be
/// told apart.
namespace compiler::emit {

using river::diag::Diagnostics;

namespace {

constexpr std::string_view kEnvironment = "tributary_environment";
constexpr std::string_view kDockerGroup = "tributary_docker";
/// Set by systemd for every service.
constexpr std::string_view kOfSystemd[] = {"HOME",
                                           "USER",
                                           "LOGNAME",
                                           "SHELL",
                                           "PATH",
                                           "LANG",
                                           "INVOCATION_ID",
                                           "JOURNAL_STREAM",
                                           "NOTIFY_SOCKET",
                                           "RUNTIME_DIRECTORY",
                                           "STATE_DIRECTORY",
                                           "CREDENTIALS_DIRECTORY",
                                           "CONFIGURATION_DIRECTORY",
                                           "CACHE_DIRECTORY",
                                           "LOGS_DIRECTORY",
                                           "HOSTNAME"};

bool is_empty(const yaml::Node& value) {
  return yaml::is_null(value) || (value.kind == yaml::Kind::scalar && !value.templated &&
                                  !yaml::is_encrypted(value) && value.text.empty());
}

/// Variables that the config reads and the host's environment lacks. Where that is not given, or
/// some of it not known, nothing is missed.
void check_environment(const host::Host& host, const river::config::Program& program,
                       Diagnostics& diagnostics) {
  const yaml::Pair* given = host.entry->find(kEnvironment);
  const bool is_known =
      given != nullptr && (given->value->kind == yaml::Kind::map || yaml::is_null(*given->value));
  if (!is_known || !host.entry->closed.empty()) return;
  for (const checks::EnvironmentUse& use : checks::environment_of(program)) {
    if (!base::is_label_name(use.name)) continue;  // It may be a secret: F050.
    const yaml::Pair* value = given->value->find(use.name);
    if (value != nullptr && is_empty(*value->value))
      diagnostics.warning("F080", use.place, "host {} sets {} to nothing", host.name, use.name)
          .note(value->key_span, "it is set here")
          .with_help("give it a value");
    if (value != nullptr || checks::is_one_of(use.name, kOfSystemd)) continue;
    std::vector<std::string_view> names;
    for (const yaml::Pair& pair : given->value->pairs) names.push_back(pair.key);
    auto& problem =
        diagnostics.warning("F080", use.place, "host {} does not set {}", host.name, use.name);
    problem.note(given->key_span, "its environment is given here");
    if (const auto near = river::diag::did_you_mean(use.name, names); !near.empty())
      problem.with_help(fmt::format("it sets {}: one of the two names is a slip", near));
    else
      problem.with_help(fmt::format("add it to {}", kEnvironment));
  }
}

/// The config asks the Docker daemon of this machine, by its socket.
bool needs_socket(const host::Host& host, const checks::SourcesRead& sources) {
  const bool is_remote = host.docker.host.given() && !host.docker.host.value.starts_with("unix:");
  return !is_remote && sources.containers;
}

bool listens_on(const checks::SourcesRead& sources, int64_t port) {
  const std::string end = fmt::format(":{}", port);
  return std::any_of(sources.listeners.begin(), sources.listeners.end(),
                     [&](const std::string& address) { return address.ends_with(end); });
}

/// What the variables ask for and no source of the config reads: a template has left it out.
void check_unread(const host::Host& host, const checks::SourcesRead& sources,
                  Diagnostics& diagnostics) {
  const auto report = [&](river::diag::Span place, std::string what, std::string_view block) {
    diagnostics.warning("F044", place, "{}: the template has no {}", what, block)
        .with_help("add it to the template, or remove this");
  };
  for (const host::SyslogPort& port : host.syslog_ports)
    if (!port.migrated && !listens_on(sources, port.port))
      report(port.span, fmt::format("nothing listens on {}", port.port), "fleet.syslog");
  const auto files = std::find_if(host.files.begin(), host.files.end(),
                                  [](const host::FilesModel& one) { return !one.paths.empty(); });
  if (files != host.files.end() && !sources.files)
    report(files->span, "these files are not read", "fleet.files");
  if (!host.journal.rules.empty() && !sources.journal)
    report(host.journal.rules.front().span, "the rules of the journal are not used",
           "fleet.journal");
  if (host.has_metrics() && !sources.metrics)
    report(host.metrics.remote_write.given() ? host.metrics.remote_write.span : host.metrics.span,
           "no metrics are collected", "fleet.metrics");
  if (sources.containers) return;
  if (host.docker.discovery)
    return report(host.docker.span, "no container is read", "fleet.docker");
  for (const host::Text& service : host.docker.migrated)
    if (host.has_service(service.value))
      diagnostics
          .warning("F044", service.span,
                   "nothing reads the lines of {}: its listener is gone, and no container is read",
                   service.value)
          .with_help("set telemetry.docker.discovery to true");
}

}  // namespace

void check_host_needs(const host::Host& host, const river::config::Program& program,
                      Diagnostics& diagnostics) {
  check_environment(host, program, diagnostics);
  const checks::SourcesRead sources = checks::sources_of(program);
  check_unread(host, sources, diagnostics);
  const yaml::Pair* group = host.entry->find(kDockerGroup);
  if (group != nullptr && host.docker.discovery && yaml::as_bool(*group->value) == false &&
      needs_socket(host, sources))
    diagnostics
        .warning("F082", group->value->span, "the agent of {} may not read its containers",
                 host.name)
        .note(host.docker.span, "they are to be read")
        .with_help("set tributary_docker to true, or discovery to false");
}

void check_identities(const std::vector<Identity>& hosts, Diagnostics& diagnostics) {
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>,
           std::vector<const Identity*>>
      alike;
  for (const Identity& one : hosts)
    if (!one.hostname.empty()) alike[{one.hostname, one.environment, one.backend}].push_back(&one);
  for (const auto& [identity, all] : alike) {
    if (all.size() == 1) continue;
    std::vector<std::string_view> names;
    for (const Identity* one : all) names.push_back(one->name);
    auto& problem = diagnostics.warning("F081", all[1]->place, "{} have the same hostname \"{}\"",
                                        inventory::names_of(names), std::get<0>(identity));
    if (!(all[0]->place == all[1]->place))
      problem.note(all[0]->place, fmt::format("that of {}", all[0]->name));
    problem.with_help("their streams cannot be told apart: give each its own telemetry.hostname");
  }
}

}  // namespace compiler::emit
