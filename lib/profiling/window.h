#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "profiling/modules.h"

namespace profiling {

/// A place in a stack.
struct Frame {
  const Module* module = nullptr;  ///< lives as long as the window
  uint64_t address = 0;            ///< in the module's own numbering

  bool operator==(const Frame&) const = default;
};

/// Frames, leaf first.
using Stack = std::vector<Frame>;

struct StackHash {
  size_t operator()(const Stack& stack) const {
    size_t hash = stack.size();
    for (const Frame& frame : stack)
      hash = (hash ^ reinterpret_cast<uintptr_t>(frame.module) ^ frame.address) *
             size_t{0x9E3779B97F4A7C15};
    return hash;
  }
};

/// How often each stack of one process was seen.
struct ProcessWindow {
  uint32_t pid = 0;
  std::string name;     ///< the kernel's name of the program (comm)
  std::string exe;      ///< path of the program; empty: not known
  std::string cgroups;  ///< text of /proc/PID/cgroup, when it was asked for
  std::unordered_map<Stack, uint64_t, StackHash> stacks;
  uint64_t samples = 0;
};

/// Numbers since the profiler began.
struct Counters {
  uint64_t samples = 0;         ///< all that the kernel has delivered
  uint64_t unwanted = 0;        ///< of processes that were not asked for
  uint64_t lost = 0;            ///< records that the kernel could not write
  uint64_t throttled = 0;       ///< times that the kernel slowed the clock down
  uint64_t cut = 0;             ///< stacks larger than the copy
  uint64_t broken = 0;          ///< stacks that could not be followed to their end
  uint64_t dropped = 0;         ///< samples without room in the window
  uint64_t thirty_two_bit = 0;  ///< samples of 32-bit processes: their stacks are not read
  uint64_t processes = 0;       ///< known now
  uint64_t rows_bytes = 0;      ///< memory of unwind rows now
};

/// What was seen during a time.
struct Window {
  std::vector<std::shared_ptr<const ProcessWindow>> processes;
  std::unordered_map<const Module*, std::shared_ptr<const Module>> modules;
  std::chrono::system_clock::time_point begin;
  std::chrono::nanoseconds duration{0};
  std::chrono::nanoseconds period{0};  ///< time that a sample stands for
  Counters counters;
};

}  // namespace profiling
