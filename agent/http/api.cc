#include "agent/http/api.h"

#include <nlohmann/json.hpp>

namespace agent::http {
namespace {

using components::Health;

std::string_view state_name(Health::State state) {
  switch (state) {
    case Health::State::unknown:
      return "unknown";
    case Health::State::healthy:
      return "healthy";
    case Health::State::unhealthy:
      return "unhealthy";
    case Health::State::exited:
      return "exited";
  }
  return "";
}

}  // namespace

io::http::Response text_answer(int status, std::string text) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(text)};
}

io::http::Response healthy_answer(const std::vector<graph::ComponentStatus>& components) {
  std::string unhealthy;
  for (const auto& component : components)
    if (component.health.state == Health::State::unhealthy)
      unhealthy += fmt::format("{}: {}\n", component.id, component.health.message);
  if (unhealthy.empty()) return text_answer(200, "All components are healthy.\n");
  return text_answer(500, "unhealthy components:\n" + unhealthy);
}

io::http::Response components_answer(const std::vector<graph::ComponentStatus>& components) {
  auto list = nlohmann::json::array();
  for (const auto& component : components) {
    auto referenced_by = nlohmann::json::array();
    for (const auto& other : components)
      for (const auto& reference : other.references)
        if (reference == component.id) referenced_by.push_back(other.id);
    const size_t label = std::min(component.name.size() + 1, component.id.size());
    list.push_back(
        {{"name", component.name},
         {"type", "block"},
         {"localID", component.id},
         {"moduleID", ""},
         {"label", component.id.substr(label)},
         {"referencesTo", component.references},
         {"referencedBy", std::move(referenced_by)},
         {"health",
          {{"state", state_name(component.health.state)}, {"message", component.health.message}}}});
  }
  return {200,
          {{"Content-Type", "application/json"}},
          list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

}  // namespace agent::http
