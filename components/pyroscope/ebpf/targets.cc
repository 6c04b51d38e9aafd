#include "components/pyroscope/ebpf/targets.h"

#include <charconv>
#include <vector>

#include "base/cgroup.h"
#include "telemetry/text.h"

namespace components::pyroscope::ebpf {
namespace {

using river::schema::Target;

constexpr std::string_view kProfileName = "process_cpu";
constexpr std::string_view kPid = "__process_pid__";
constexpr std::string_view kContainer = "__container_id__";
constexpr std::string_view kUnit = "__systemd_unit__";

std::string value_of(const Target& target, std::string_view name) {
  const auto found = target.find(name);
  return found == target.end() ? std::string() : std::string((*found).second);
}

/// "docker://ID" and the like; empty for runtimes that are not known.
std::string without_runtime(const std::string& id) {
  for (const std::string_view runtime : {"docker://", "containerd://", "cri-o://"})
    if (id.starts_with(runtime)) return id.substr(runtime.size());
  return {};
}

std::string container_of(const Target& target) {
  if (auto id = value_of(target, kContainer); !id.empty()) return id;
  if (auto id = without_runtime(value_of(target, "__meta_kubernetes_pod_container_id"));
      !id.empty())
    return id;
  if (auto id = value_of(target, "__meta_docker_container_id"); !id.empty()) return id;
  return value_of(target, "__meta_dockerswarm_task_container_id");
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
    const std::string pid_text = value_of(target, kPid);
    uint32_t pid = 0;
    const auto got = std::from_chars(pid_text.data(), pid_text.data() + pid_text.size(), pid);
    if (!pid_text.empty()) {
      if (got.ec == std::errc() && got.ptr == pid_text.data() + pid_text.size())
        by_pid_.insert_or_assign(pid, labels_of(target, kPid, pid_text));
    } else if (const auto id = container_of(target); !id.empty()) {
      by_container_.insert_or_assign(id, labels_of(target, kContainer, id));
    } else if (const auto unit = value_of(target, kUnit); !unit.empty()) {
      by_unit_.insert_or_assign(unit, labels_of(target, {}, {}));
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
  if (auto name = value_of(target, "service_name"); !name.empty()) return name;
  if (auto name = value_of(target, "__meta_kubernetes_pod_annotation_pyroscope_io_service_name");
      !name.empty())
    return name;
  const std::string kubernetes_namespace = value_of(target, "__meta_kubernetes_namespace");
  const std::string container = value_of(target, "__meta_kubernetes_pod_container_name");
  if (!kubernetes_namespace.empty() && !container.empty())
    return "ebpf/" + kubernetes_namespace + "/" + container;
  for (const std::string_view label :
       {"__meta_docker_container_name", "__meta_dockerswarm_container_label_service_name",
        "__meta_dockerswarm_service_name", "__systemd_unit__"})
    if (auto name = value_of(target, label); !name.empty()) return name;
  return "unspecified";
}

}  // namespace components::pyroscope::ebpf
