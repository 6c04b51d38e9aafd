#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "profiling/modules.h"
#include "profiling/process_table.h"
#include "profiling/sampler/record.h"
#include "profiling/sampler/rings.h"
#include "profiling/window.h"

/// Profiles of the CPU time of all processes of a host, without their cooperation. The kernel's
/// clock interrupts each CPU and copies the registers and the upper part of the stack; the stack is
/// unwound here, by rows compiled from each file's .eh_frame, so that programs without frame
/// pointers have whole stacks; names are found later (symbolizer.h). In-kernel unwinding by BPF
/// would copy no stacks, which pays on hosts of many CPUs, but needs more privileges and a verifier
/// that accepts it on every kernel.
namespace profiling {

struct ProfilerOptions {
  int rate_hz = 97;           ///< samples a second on each CPU; a prime does not beat with timers
  bool with_kernel = true;    ///< whether kernel frames are kept
  bool with_cgroups = false;  ///< whether ProcessWindow::cgroups is wanted
  /// Whether a process is wanted; asked at its first sample. Called by the sampling thread. Unset:
  /// all are.
  std::function<bool(const ProcessWindow&)> is_wanted;
};

/// The sampling side. Of one thread, but for the constructor.
class Profiler {
 public:
  /// Memory of the stacks of one window.
  static constexpr size_t kStacksBytesMax = size_t{16} << 20;

  /// Sampling begins at once. Fails with a sentence that says what is missing.
  static base::Result<std::unique_ptr<Profiler>> open(ProfilerOptions options);

  /// Takes samples until the deadline or until `wake_fd` is readable (-1: no such).
  void run_until(std::chrono::steady_clock::time_point deadline, int wake_fd = -1);
  /// What was seen since the last call; a new window begins.
  Window take();
  /// Up to now.
  const Counters& counters() const { return window_.counters; }
  /// The answers of `is_wanted` have changed.
  void ask_again() { processes_.ask_again(); }

 private:
  Profiler(ProfilerOptions options, sampler::Rings rings);
  void apply(std::string_view record);
  void count(const sampler::Sample& sample);
  bool begin_window(Process& process, const sampler::Sample& sample);
  void take_frames(Process& process, const sampler::Sample& sample);
  Frame frame_at(Process& process, uint64_t address);
  const Module* keep(const std::shared_ptr<const Module>& module);

  ProfilerOptions options_;
  sampler::Rings rings_;
  ModuleCache modules_;
  ProcessTable processes_;
  Window window_;
  size_t stacks_bytes_ = 0;
  std::chrono::steady_clock::time_point window_began_;
  Stack stack_;  // Of the sample at hand: its memory is used again.
  std::vector<uint64_t> addresses_;
};

}  // namespace profiling
