#include "migrate/fleet/compose.h"

namespace migrate {

const ComposeProject* ComposeFiles::of(std::string_view service, int64_t) const {
  for (const ComposeProject& project : projects)
    if (project.name == service) return &project;
  return nullptr;
}

ComposeFiles read_compose(const std::vector<std::filesystem::path>&) {
  return {};
}

std::vector<Container> containers_of(std::string_view service, const ComposeProject* project) {
  Container one;
  one.service = service;
  one.project = project != nullptr ? project->name : std::string(service);
  if (project == nullptr) return {one};
  std::vector<Container> out;
  for (const ComposeService& composed : project->services) {
    Container& container = out.emplace_back(one);
    container.component = composed.name;
    container.names = composed.container_names;
    container.labels = composed.labels;
  }
  return out;
}

}  // namespace migrate
