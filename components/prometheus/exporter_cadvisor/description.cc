#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "components/prometheus/exporter_cadvisor/stats.h"
#include "components/shared/docker_api/containers.h"

namespace components::prometheus::exporter_cadvisor {
namespace {

using Json = nlohmann::json;

/// The member at the end of a path; null when there is none.
const Json& at(const Json& json, std::initializer_list<const char*> path) {
  static const Json none;
  const Json* here = &json;
  for (const char* name : path) {
    const auto found = here->is_object() ? here->find(name) : here->end();
    if (found == here->end()) return none;
    here = &*found;
  }
  return *here;
}

std::string text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : "";
}

int64_t integer(const Json& value) {
  return value.is_number_integer() ? value.get<int64_t>() : 0;
}

double health_value(std::string_view health) {
  if (health.empty() || health == "none") return -1;
  return health == "healthy" ? 1 : 0;
}

bool is_wanted(const std::string& label, const Arguments& arguments) {
  const auto& listed = arguments.allowlisted_container_labels;
  return arguments.store_container_labels ||
         std::find(listed.begin(), listed.end(), label) != listed.end();
}

bool is_wanted_variable(std::string_view name, const Arguments& arguments) {
  const auto& beginnings = arguments.env_metadata_allowlist;
  return std::any_of(beginnings.begin(), beginnings.end(), [&](const std::string& begin) {
    return !begin.empty() && name.starts_with(begin);
  });
}

/// By the name. Of keys that are one label name the first counts: a name twice is no series.
using Labels = std::map<std::string, std::string>;

void add_labels(const Json& labels, const Arguments& arguments, Labels& to) {
  if (!labels.is_object()) return;
  for (const auto& [key, value] : labels.items())
    if (is_wanted(key, arguments))
      to.try_emplace("container_label_" + docker_api::label_part(key), text(value));
}

/// ["NAME=value", ...]
void add_environment(const Json& list, const Arguments& arguments, Labels& to) {
  if (!list.is_array()) return;
  for (const Json& item : list) {
    const std::string pair = text(item);
    const size_t equals = pair.find('=');
    if (equals == pair.npos || !is_wanted_variable(pair.substr(0, equals), arguments)) continue;
    const std::string name = docker_api::label_part(base::to_lower(pair.substr(0, equals)));
    to.try_emplace("container_env_" + name, pair.substr(equals + 1));
  }
}

}  // namespace

base::Result<Named> describe(std::string_view json, const Arguments& arguments) {
  const Json container = base::parse_json(json);
  if (!container.is_object()) return base::fail("a container's description is not a JSON object");
  Named out;
  out.name = text(at(container, {"Name"}));
  if (out.name.starts_with('/')) out.name.erase(0, 1);
  out.image = text(at(container, {"Config", "Image"}));
  const int64_t pid = integer(at(container, {"State", "Pid"}));
  if (pid > 0) out.pid = std::to_string(pid);
  out.has_network = !text(at(container, {"HostConfig", "NetworkMode"})).starts_with("container:");
  out.health = health_value(text(at(container, {"State", "Health", "Status"})));
  Labels labels;
  add_labels(at(container, {"Config", "Labels"}), arguments, labels);
  add_environment(at(container, {"Config", "Env"}), arguments, labels);
  const int64_t restarts = integer(at(container, {"RestartCount"}));
  if (restarts > 0) labels.emplace("restartcount", std::to_string(restarts));
  std::erase_if(labels, [](const auto& label) { return label.second.empty(); });
  out.labels.assign(labels.begin(), labels.end());
  return out;
}

}  // namespace components::prometheus::exporter_cadvisor
