#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "components/prometheus/exporter_process/matching.h"
#include "components/prometheus/exporter_process/sample.h"

namespace components::prometheus::exporter_process {

/// Threads of one name in a group.
struct ThreadGroup {
  double count = 0;
  Counters counters{};
};

/// What is shown of a group. Counters stay when members end; the rest is of this moment.
struct Group {
  Counters counters{};
  std::map<std::string, ThreadGroup> threads;

  double processes = 0, all_threads = 0;
  double resident = 0, virtual_size = 0, swapped = 0, proportional = 0, proportional_swapped = 0;
  double open_files = 0, worst_files_ratio = 0;
  std::optional<double> oldest_start;
  std::map<char, double> states;
  std::map<std::string, double> waits;
};

/// The processes of the host by group, from scrape to scrape. A process is told apart from a later
/// one of the same pid by its start. For one thread at a time.
class Groups {
 public:
  explicit Groups(const Arguments& arguments)
      : matching_(arguments.matcher), arguments_(arguments), proc_(arguments.procfs_path) {}

  /// Reads all processes. False: procfs cannot be read.
  bool update();

  const std::map<std::string, Group>& all() const { return groups_; }
  /// Files of processes that could not be read, since the start.
  double partial_errors() const { return partial_errors_; }

 private:
  struct Known {
    uint64_t start_ticks = 0;
    int parent = 0;
    bool is_judged = false;            ///< its matchers have had their say
    std::optional<std::string> group;  ///< nothing: of no group
    bool is_counted = false;           ///< `counters` are those of its last sample
    Counters counters{};
    std::unordered_map<int, Counters> threads;
    std::optional<Stat> now;  ///< of this scrape; nothing: it has ended
  };

  bool read_all();
  void judge(int pid, Known& known);
  /// The group of the nearest ancestor that has one.
  std::optional<std::string> group_of_ancestor(const Known& known) const;
  void count(int pid, Known& known);
  void count_threads(const Sample& sample, Known& known, Group& group);

  Matching matching_;
  const Arguments arguments_;
  Tree proc_;
  std::vector<std::string> names_;
  double boot_seconds_ = 0;
  bool is_first_ = true;
  double partial_errors_ = 0;
  std::map<int, Known> known_;
  std::map<std::string, Group> groups_;
};

}  // namespace components::prometheus::exporter_process
