#include "compiler/migrate/streams/steps.h"

#include <fmt/format.h>

#include <algorithm>

namespace compiler::migrate::streams {

namespace {

using Kind = Blocker::Kind;

std::string discovery_needed(const HostRun& host) {
  if (host.has_docker_block) return "set telemetry.docker.discovery: true";
  return fmt::format("set telemetry.docker.discovery: true and add a fleet.docker block to {}",
                     host.template_name);
}

void add_host_blockers(const HostRun& host, std::vector<Blocker>& out) {
  if (!host.has_docker_service) {
    out.push_back({Kind::no_docker_service, "docker is not among the host's services: add it",
                   host.services_place});
    out.push_back({Kind::agent_without_docker_group,
                   "the agent gets the docker group only where docker is among the services: "
                   "deploy it after adding docker",
                   host.services_place});
  }
  if (!host.has_docker_source)
    out.push_back({Kind::no_docker_blocks,
                   fmt::format("the host does not read containers: {}; those that belong to no "
                               "listed service are then read as well",
                               discovery_needed(host)),
                   host.services_place});
}

void add_compose_blockers(const ServiceState& service, const ComposeFiles& compose,
                          std::vector<Blocker>& out) {
  const ComposeProject* project = compose.of(service.service, service.port);
  if (project == nullptr) {
    const bool was_searched = compose.given;
    out.push_back(
        {Kind::not_in_compose,
         was_searched
             ? fmt::format("no compose file of {} is among those given: the label service will be "
                           "the container's name unless a Compose project is called {}",
                           service.service, service.service)
             : fmt::format("no compose files were given: the Compose project is taken to be "
                           "called {}",
                           service.service),
         {},
         !was_searched});
    return;
  }
  if (project->name.empty() || project->name_is_guessed)
    out.push_back({Kind::not_in_compose,
                   project->name.empty()
                       ? "its Compose project's name depends on the template's variables"
                       : fmt::format("its Compose project is taken to be called {}, after the "
                                     "template's folder: a name: in the file would settle it",
                                     project->name),
                   project->path, true});
  for (const ComposeService& composed : project->services)
    if (composed.log_driver == "syslog")
      out.push_back(
          {Kind::syslog_driver,
           fmt::format("{} logs by Docker's syslog driver: take its logging: out", composed.name),
           composed.log_driver_place});
  if (!project->name.empty() && project->name != service.service)
    out.push_back({Kind::project_name_differs,
                   fmt::format("its Compose project is called {}: so will the label service; a "
                               "name: {} in the compose file keeps the service's name",
                               project->name, service.service),
                   project->path});
}

std::string names(const std::vector<const ServiceState*>& services) {
  std::vector<std::string_view> out;
  for (const ServiceState* service : services) out.push_back(service->service);
  return fmt::format("{}", fmt::join(out, ", "));
}

/// What finds the streams after the move: {hostname="puck", service="kairos"}, each once.
std::set<std::string> selectors(const std::vector<const ServiceState*>& moving) {
  std::set<std::string> out;
  for (const ServiceState* service : moving)
    for (const StreamFamily& family : service->after) {
      StreamFamily short_form;
      for (const std::string_view label : {"hostname", "service"})
        if (const auto found = family.labels.find(label); found != family.labels.end())
          short_form.labels.insert(*found);
      out.insert((short_form.labels.empty() ? family : short_form).text());
    }
  return out;
}

/// The steps that move services.
void add_move(const std::vector<const ServiceState*>& moving,
              const std::vector<const ServiceState*>& staying, const HostRun& host,
              const std::string& name, std::vector<std::string>& out) {
  if (!host.has_docker_service)
    out.push_back(fmt::format("Add docker to services ({}).", host.services_place));
  if (!host.has_docker_source) {
    std::string first = discovery_needed(host) + ".";
    first[0] = 'S';
    out.push_back(std::move(first));
    out.push_back(
        fmt::format("Deploy the agent on {} before any container is recreated: "
                    "discovery must be there first, and the listeners must stay.",
                    name));
  } else {
    out.push_back(fmt::format(
        "See that the agent on {} runs what is compiled today before any container is recreated: "
        "it discovers containers, and the listeners must stay until the last step.",
        name));
  }
  out.push_back(
      fmt::format("Take logging: driver: syslog out of the compose files of {}.", names(moving)));
  out.push_back(
      fmt::format("Recreate the containers of {} (docker compose up -d "
                  "--force-recreate): the log driver is fixed when a container is "
                  "created.",
                  names(moving)));
  out.push_back(
      fmt::format("Watch the new streams arrive: {}.", fmt::join(selectors(moving), ", ")));
  out.push_back(fmt::format(
      "Add {} to telemetry.docker.migrated and deploy the agent: their listeners go. A container "
      "that still has the syslog driver then fails to start with \"connection refused\".",
      names(moving)));
  if (!staying.empty())
    out.push_back(
        fmt::format("Not moved yet: {}. The agent must run with these listeners before "
                    "their containers start, or they fail with \"connection refused\".",
                    names(staying)));
}

}  // namespace

std::vector<Blocker> blockers(const ServiceState& service, const HostRun& host,
                              const ComposeFiles& compose) {
  if (!service.dual_until.empty())
    return {{Kind::dual_labels,
             fmt::format("its streams carry the label of its listener as well, which is meant to "
                         "end on {}",
                         service.dual_until),
             {},
             true}};
  std::vector<Blocker> out;
  add_host_blockers(host, out);
  add_compose_blockers(service, compose, out);
  out.push_back({Kind::recreate_container,
                 "its containers must be recreated: the log driver is fixed when a container is "
                 "created",
                 {},
                 true});
  return out;
}

std::vector<std::string> steps(const HostState& state, const HostRun& host, const ComposeFiles&) {
  std::vector<const ServiceState*> moving, ending, staying, unused;
  for (const ServiceState& service : state.services) {
    if (service.moves)
      (service.dual_until.empty() ? moving : ending).push_back(&service);
    else if (service.mechanism == Mechanism::syslog)
      staying.push_back(&service);
    if (service.port_is_unused) unused.push_back(&service);
  }
  std::vector<std::string> out;
  if (!moving.empty()) add_move(moving, staying, host, state.host, out);
  for (const ServiceState* service : ending)
    out.push_back(fmt::format(
        "After {}: take {} out of telemetry.docker.dual_labels and change what reads the old label "
        "(cfgc migrate apply --services {}), then deploy the agent.",
        service->dual_until, service->service, service->service));
  std::vector<std::string> ports;
  for (const auto* list : {&unused, &moving, &ending})
    for (const ServiceState* service : *list)
      ports.push_back(fmt::format("{} ({})", service->port, service->port_place));
  if (!ports.empty())
    out.push_back(fmt::format("Clean up once the streams are verified: remove the ports {}.",
                              fmt::join(ports, ", ")));
  return out;
}

}  // namespace compiler::migrate::streams
