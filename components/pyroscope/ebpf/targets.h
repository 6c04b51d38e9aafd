#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "river/schema/target.h"
#include "telemetry/labels.h"

namespace components::pyroscope::ebpf {

/// Which processes the `targets` are, and the labels of their profiles. Immutable.
///
/// A target names a process by `__process_pid__`, else the processes of a container by
/// `__container_id__` or what discovery has found of it, else those of a systemd unit by
/// `__systemd_unit__`. Of targets that name the same the last one counts.
class TargetIndex {
 public:
  /// `targets_only`: processes that are no target's are not wanted.
  TargetIndex(const river::schema::Targets& targets, bool targets_only);

  /// The labels of a process' profiles; nothing: it is not wanted. `cgroups`: the text of
  /// /proc/PID/cgroup.
  std::optional<telemetry::Labels> find(uint32_t pid, std::string_view cgroups) const;
  /// Targets that name a process, container or unit.
  size_t size() const { return by_pid_.size() + by_container_.size() + by_unit_.size(); }

 private:
  std::unordered_map<uint32_t, telemetry::Labels> by_pid_;
  std::unordered_map<std::string, telemetry::Labels> by_container_;
  std::unordered_map<std::string, telemetry::Labels> by_unit_;
  std::optional<telemetry::Labels> others_;
};

/// What a target's profiles are called: its label `service_name`, what a pod's annotation says, the
/// names that discovery has found, or "unspecified".
std::string service_name(const river::schema::Target& target);

}  // namespace components::pyroscope::ebpf
