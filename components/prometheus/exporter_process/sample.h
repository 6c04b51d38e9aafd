#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "components/prometheus/shared/tree.h"

/// Reads one process from procfs.
namespace components::prometheus::exporter_process {

/// What only grows while a process lives.
enum Counter {
  kUserSeconds,
  kSystemSeconds,
  kReadBytes,
  kWriteBytes,
  kMajorFaults,
  kMinorFaults,
  kVoluntarySwitches,
  kNonvoluntarySwitches,
  kCounters,
};
using Counters = std::array<double, kCounters>;

/// The file `stat` of a process or thread.
struct Stat {
  std::string comm;
  char state = 0;
  int parent = 0;
  uint64_t start_ticks = 0;  ///< with the pid: who it is
  uint64_t threads = 0;
  double virtual_bytes = 0, resident_bytes = 0;
  Counters counters{};
};

struct ThreadSample {
  int id = 0;
  Stat stat;
  std::string waits_in;  ///< function of the kernel; empty: it runs, or may not be seen
};

struct Sample {
  Stat stat;
  double swapped_bytes = 0;
  std::optional<double> proportional_bytes, proportional_swapped_bytes;
  double open_files = 0;
  std::optional<double> open_files_max;
  std::string waits_in;
  std::vector<ThreadSample> threads;  ///< of a process with two or more
  int unreadable = 0;                 ///< files that this user may not read
};

/// Nothing when it has ended.
std::optional<Stat> read_stat(Tree& proc, const std::string& folder);

/// All of a process whose `stat` was read.
Sample read_sample(Tree& proc, int pid, Stat stat, bool with_smaps);

}  // namespace components::prometheus::exporter_process
