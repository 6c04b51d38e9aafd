#include "compiler/migrate/streams/host_run.h"

#include <algorithm>

#include "compiler/checks/checks.h"
#include "compiler/migrate/streams/sample.h"

namespace compiler::migrate::streams {

namespace {

/// Of the host itself; they do not log as containers.
constexpr std::string_view kOfTheHost[] = {"alloy", "docker", "tributary"};

bool is_of_the_host(std::string_view service) {
  return std::find(std::begin(kOfTheHost), std::end(kOfTheHost), service) != std::end(kOfTheHost);
}

/// All containers that discovery may find besides those of services that are told.
void add_others(std::vector<Container>& containers) {
  containers.push_back({});
  containers.push_back({.service = {}, .is_composed = false});
}

/// Containers of a service that discovery finds; a service on syslog has those that its compose
/// file gives another driver.
std::vector<Container> found_of(const std::string& service, const HostRun& run,
                                const ComposeFiles& compose) {
  const PortFact* port = run.port_of(service);
  const ComposeProject* project = compose.of(service, port != nullptr ? port->port : 0);
  return run.is_on_syslog(service) ? containers_beside_syslog(service, project)
                                   : containers_of(service, project);
}

std::vector<Container> containers(const HostRun& run, const ComposeFiles& compose,
                                  const Move& move) {
  std::vector<Container> out;
  if (!run.has_docker_source) return out;
  for (const std::string& service : run.services) {
    const bool is_told = move.services.contains(service) || !move.adds_discovery;
    if (!is_told || is_of_the_host(service)) continue;
    for (Container& container : found_of(service, run, compose))
      out.push_back(std::move(container));
  }
  if (!move.adds_discovery) add_others(out);
  return out;
}

/// A service that is known by its unit or its files is no container unless it has been moved there
/// or a compose file tells its containers beside those on syslog.
void remove_guesses(HostRun& run, const Move& move) {
  std::set<std::string> elsewhere;
  for (const StreamFamily& family : run.families)
    if (family.mechanism == Mechanism::journal || family.mechanism == Mechanism::file)
      elsewhere.insert(family.service);
  std::erase_if(run.families, [&](const StreamFamily& family) {
    return family.mechanism == Mechanism::docker && !family.service.empty() &&
           elsewhere.contains(family.service) && !run.has_moved(family.service) &&
           !run.is_on_syslog(family.service) && !move.services.contains(family.service);
  });
}

}  // namespace

const PortFact* HostRun::port_of(std::string_view service) const {
  const auto found = std::find_if(ports.begin(), ports.end(),
                                  [&](const PortFact& port) { return port.service == service; });
  return found == ports.end() ? nullptr : &*found;
}

bool HostRun::is_on_syslog(std::string_view service) const {
  const PortFact* port = port_of(service);
  return port != nullptr && !port->is_reserved;
}

bool HostRun::has_moved(std::string_view service) const {
  return std::find(migrated.begin(), migrated.end(), service) != migrated.end();
}

HostRun host_run(const compiler::host::Host& host, const river::config::Program& program,
                 const river::diag::SourceMap& sources, const ComposeFiles& compose,
                 const Move& move) {
  HostRun run;
  for (const compiler::host::Text& service : host.services)
    run.services.emplace_back(service.value);
  run.services_place = place_of(sources, host.services_span);
  for (const compiler::host::SyslogPort& port : host.syslog_ports)
    run.ports.push_back({std::string(port.service), port.port, place_of(sources, port.span),
                         port.migrated, host.has_service(port.service)});
  for (const compiler::host::Text& service : host.docker.migrated)
    run.migrated.emplace_back(service.value);
  for (const compiler::host::Label& label : host.docker.dual_labels)
    run.dual_until.emplace(label.name, label.value.value);
  run.has_docker_service = host.has_service("docker");
  run.has_docker_source = checks::sources_of(program).containers;
  run.is_compiled = true;
  run.why_missing.clear();

  TraceQuestion question;
  question.host = host.name;
  question.services = run.services;
  for (const PortFact& port : run.ports)
    if (!port.is_reserved) question.listeners[std::to_string(port.port)] = port.service;
  question.containers = containers(run, compose, move);
  Outflow all = streams::outflow(program, sources, question);
  run.families = std::move(all.families);
  run.dropped = std::move(all.dropped);
  for (StreamFamily& family : run.families) {
    const PortFact* port = run.port_of(family.service);
    note_assumed_project(compose.of(family.service, port != nullptr ? port->port : 0), family);
  }
  remove_guesses(run, move);
  return run;
}

}  // namespace compiler::migrate::streams
