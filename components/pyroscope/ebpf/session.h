#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <stop_token>
#include <string>

#include "base/mutex.h"
#include "base/result.h"
#include "base/thread.h"
#include "components/component.h"
#include "components/pyroscope/ebpf/metrics.h"
#include "components/pyroscope/ebpf/targets.h"
#include "io/wake.h"
#include "profiling/names.h"
#include "profiling/profiler.h"
#include "profiling/symbolizer.h"
#include "telemetry/profile_batch.h"

namespace components::pyroscope::ebpf {

/// What one sampling session needs: with other settings another one begins.
struct SessionSettings {
  std::chrono::nanoseconds collect_interval{0};
  int rate_hz = 0;
  profiling::Demangle demangle = profiling::Demangle::none;
  bool with_kernel = true;
  bool with_pids = false;

  bool operator==(const SessionSettings&) const = default;
};

/// Samples the host until it is stopped, and hands a batch of profiles over at the end of each
/// interval. Two threads: one that samples, which nothing may hold up, and one that finds names,
/// encodes and calls the receivers, which may block. Between them up to kWindowsMax intervals wait;
/// the oldest one is dropped and counted then. The interval that is unfinished at the end is not
/// sent.
class Session {
 public:
  static constexpr size_t kWindowsMax = 2;

  /// The kernel samples from here on. What is given by reference outlives the session.
  static base::Result<std::unique_ptr<Session>> begin(const SessionSettings& settings,
                                                      const base::Snapshot<TargetIndex>& targets,
                                                      telemetry::ProfileReceiver& next,
                                                      const Metrics& metrics);
  /// Stops. Waits for the threads, whose receivers give up at once.
  ~Session();

  /// Other targets are to be had from now on. Any thread.
  void ask_again() { targets_changed_ = true; }

 private:
  Session(const SessionSettings& settings, const base::Snapshot<TargetIndex>& targets,
          telemetry::ProfileReceiver& next, const Metrics& metrics);
  base::Result<void> start();
  void sample(const std::stop_token& stop);
  void hand_over(profiling::Window window);
  void report();
  telemetry::ProfileBatch batch_of(const profiling::Window& window);

  const SessionSettings settings_;
  const base::Snapshot<TargetIndex>& targets_;
  telemetry::ProfileReceiver& next_;
  const Metrics& metrics_;
  std::atomic<bool> targets_changed_{false};
  std::unique_ptr<profiling::Profiler> profiler_;  // Of the sampling thread once that runs.
  profiling::Symbolizer symbolizer_;               // Of the reporting thread.

  base::Mutex mutex_;
  base::Condition changed_;
  std::deque<profiling::Window> windows_ GUARDED_BY(mutex_);
  bool is_closed_ GUARDED_BY(mutex_) = false;
  std::stop_source stopping_;
  base::Thread reporter_;
  base::Thread sampler_;
};

}  // namespace components::pyroscope::ebpf
