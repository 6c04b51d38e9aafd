#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "components/prometheus/exporter_cadvisor/stats.h"
#include "components/prometheus/shared/tree.h"

namespace components::prometheus::exporter_cadvisor {

/// The cgroups of the host: version 2, or the controllers of version 1, with which a hierarchy of
/// version 2 may be mounted that has none (hybrid). For one thread at a time.
class Cgroups {
 public:
  /// A host with more is measured in part.
  static constexpr size_t kGroupsMax = 10'000;

  explicit Cgroups(std::string root = "/sys/fs/cgroup");

  bool is_version_2() const { return is_version_2_; }

  /// The paths of all cgroups, "/" first, "/system.slice/docker.service", ... `enters` says of each
  /// whether those below it are wanted.
  template <class Enters>
  std::vector<std::string> list(const Enters& enters) {
    std::vector<std::string> found = {"/"};
    for (size_t i = 0; i < found.size() && found.size() < kGroupsMax; ++i)
      if (enters(found[i])) add_children(std::string(found[i]), found);
    return found;
  }

  /// Measures one. What is gone in the meantime has no values.
  void read(const std::string& path, Stats& stats);

 private:
  void add_children(const std::string& path, std::vector<std::string>& found);
  void read_start(const std::string& path, Stats& stats);
  void read_version_1(const std::string& path, Stats& stats);
  void read_version_2(const std::string& path, Stats& stats);
  void read_memory_2(const std::string& path, Stats& stats);
  void read_memory_1(const std::string& path, Stats& stats);
  void read_pressure(const std::string& path, Stats& stats);

  Tree tree_;
  const bool is_version_2_;
  std::vector<std::string> names_;
};

}  // namespace components::prometheus::exporter_cadvisor
