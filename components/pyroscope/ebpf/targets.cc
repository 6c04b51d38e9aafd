#include "components/pyroscope/ebpf/targets.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "base/cgroup.h"
#include "components/shared/targets.h"
#include "telemetry/text.h"

namespace components::pyroscope::ebpf {
namespace {

using river::schema::Target;

constexpr std::string_view kProfileName = "process_cpu";
constexpr std::string_view kUnit = "__systemd_unit__";

/// The container whose processes a target is, also that of a task of a swarm.
std::string_view container_or_task(const Target& target) {
  const std::string_view id = container_of(target);
  return id.empty() ? own_label(target, "__meta_dockerswarm_task_container_id") : id;
}

/// The target's public labels, and those that say what the profile is of.
telemetry::Labels labels_of(const Target& target, std::string_view by, std::string_view what) {
  std::vector<telemetry::Label> labels;
  for (const auto& [name, value] : target)
    if (!telemetry::is_internal_label(name)) labels.emplace_back(name, value);
  labels.emplace_back("service_name", service_name(target));
  labels.emplace_back("__name__", kProfileName);
  if (!by.empty()) labels.emplace_back(by, what);
  return telemetry::Labels(std::move(labels));
}

}  // namespace

TargetIndex::TargetIndex(const river::schema::Targets& targets, bool targets_only) {
  for (const Target& target : targets) {
    const std::string_view pid_text = own_label(target, kProcessLabel);
    uint32_t pid = 0;
    const auto got = std::from_chars(pid_text.data(), pid_text.data() + pid_text.size(), pid);
    if (!pid_text.empty()) {
      if (got.ec == std::errc() && got.ptr == pid_text.data() + pid_text.size())
        by_pid_.insert_or_assign(pid, labels_of(target, kProcessLabel, pid_text));
    } else if (const auto id = container_or_task(target); !id.empty()) {
      by_container_.insert_or_assign(std::string(id), labels_of(target, kContainerLabel, id));
    } else if (const auto unit = own_label(target, kUnit); !unit.empty()) {
      by_unit_.insert_or_assign(std::string(unit), labels_of(target, {}, {}));
    }
  }
  if (!targets_only)
    others_ = telemetry::Labels{{"service_name", "ebpf/unspecified"},
                                {"__name__", std::string(kProfileName)}};
}

std::optional<telemetry::Labels> TargetIndex::find(uint32_t pid, std::string_view cgroups) const {
  if (const auto found = by_pid_.find(pid); found != by_pid_.end()) return found->second;
  if (!by_container_.empty())
    if (const auto found = by_container_.find(base::container_id(cgroups));
        found != by_container_.end())
      return found->second;
  if (!by_unit_.empty())
    if (const auto found = by_unit_.find(base::systemd_unit(cgroups)); found != by_unit_.end())
      return found->second;
  return others_;
}

std::string service_name(const Target& target) {
  if (const auto name = own_label(target, "service_name"); !name.empty()) return std::string(name);
  if (const auto name =
          own_label(target, "__meta_kubernetes_pod_annotation_pyroscope_io_service_name");
      !name.empty())
    return std::string(name);
  const auto kubernetes_namespace = own_label(target, "__meta_kubernetes_namespace");
  const auto container = own_label(target, "__meta_kubernetes_pod_container_name");
  if (!kubernetes_namespace.empty() && !container.empty())
    return fmt::format("ebpf/{}/{}", kubernetes_namespace, container);
  for (const std::string_view label :
       {"__meta_docker_container_name", "__meta_dockerswarm_container_label_service_name",
        "__meta_dockerswarm_service_name", "__systemd_unit__"})
    if (const auto name = own_label(target, label); !name.empty()) return std::string(name);
  return "unspecified";
}

}  // namespace components::pyroscope::ebpf
