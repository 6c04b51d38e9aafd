#include "components/prometheus/shared/exporter.h"

#include <utility>

#include "components/shared/targets.h"

namespace components::prometheus {
namespace {

constexpr std::string_view kPathBegin = "/api/v0/component/";
constexpr std::string_view kPathEnd = "/metrics";

}  // namespace

void Exporters::set(const std::string& component_id, std::shared_ptr<Exporter> exporter) {
  base::Lock lock(mutex_);
  by_id_[component_id].swap(exporter);  // The old one dies after the lock is released.
}

void Exporters::remove(std::string_view component_id) {
  std::shared_ptr<Exporter> removed;
  base::Lock lock(mutex_);
  const auto found = by_id_.find(component_id);
  if (found == by_id_.end()) return;
  removed = std::move(found->second);
  by_id_.erase(found);
}

std::shared_ptr<Exporter> Exporters::find(std::string_view component_id) const {
  base::Lock lock(mutex_);
  const auto found = by_id_.find(component_id);
  return found == by_id_.end() ? nullptr : found->second;
}

void Exporters::set_agent(std::shared_ptr<Exporter> exporter) {
  base::Lock lock(mutex_);
  agent_.swap(exporter);
}

std::shared_ptr<Exporter> Exporters::agent() const {
  base::Lock lock(mutex_);
  return agent_;
}

std::map<std::string, std::string> exporter_target(const std::string& component_id,
                                                   std::string_view component_name,
                                                   std::string_view name) {
  return {{"__address__", std::string(kOwnAddress)},
          {"__scheme__", "http"},
          {"__metrics_path__", std::string(kPathBegin) + component_id + std::string(kPathEnd)},
          {"__meta_component_name", std::string(component_name)},
          {"__meta_component_id", component_id},
          {"instance", instance_name()},
          {"job", "integrations/" + std::string(name)}};
}

std::string_view component_of_path(std::string_view path) {
  if (!path.starts_with(kPathBegin) || !path.ends_with(kPathEnd)) return {};
  if (path.size() < kPathBegin.size() + kPathEnd.size()) return {};
  path.remove_prefix(kPathBegin.size());
  path.remove_suffix(kPathEnd.size());
  return path;
}

}  // namespace components::prometheus
