#include "components/pyroscope/ebpf/metrics.h"

namespace components::pyroscope::ebpf {
namespace {

constexpr size_t kServicesMax = 200;
constexpr const char* kLostName = "tributary_profiler_samples_lost_total";
constexpr const char* kLostHelp = "Samples that are in no profile.";
constexpr const char* kPartialName = "tributary_profiler_stacks_partial_total";
constexpr const char* kPartialHelp = "Samples whose stack is not whole.";

}  // namespace

Metrics::Metrics(const base::metrics::Scope& scope)
    : flow(scope, telemetry::Flow::kProfiles),
      scope_(scope),
      targets_(scope.gauge("pyroscope_ebpf_active_targets", "Targets that name processes.")),
      processes_(scope.gauge("tributary_profiler_processes", "Processes that are followed.")),
      rows_bytes_(scope.gauge("tributary_profiler_unwind_rows_bytes", "Memory of unwind rows.")),
      sessions_(scope.counter("pyroscope_ebpf_profiling_sessions_total", "Sessions begun.")),
      failing_sessions_(scope.counter("pyroscope_ebpf_profiling_sessions_failing_total",
                                      "Sessions that could not begin.")),
      dropped_profiles_(scope.counter("pyroscope_ebpf_pprofs_dropped_total",
                                      "Profiles that were dropped before they were sent.")),
      samples_(scope.counter("tributary_profiler_samples_total", "Samples of all processes.")),
      lost_(scope.counter(kLostName, kLostHelp, {{"reason", "ring_full"}})),
      throttled_(scope.counter("tributary_profiler_throttled_total",
                               "Times that the kernel slowed the clock down.")),
      cut_(scope.counter(kPartialName, kPartialHelp, {{"reason", "deep"}})),
      broken_(scope.counter(kPartialName, kPartialHelp, {{"reason", "no_unwind_info"}})),
      no_room_(scope.counter(kLostName, kLostHelp, {{"reason", "no_room"}})),
      thirty_two_bit_(scope.counter(kPartialName, kPartialHelp, {{"reason", "32_bit"}})),
      overrun_(scope.counter(kLostName, kLostHelp, {{"reason", "receivers_slow"}})) {}

void Metrics::begin_session(bool failed) const {
  (failed ? failing_sessions_ : sessions_)->add(1);
}

void Metrics::add(const profiling::Counters& now, const profiling::Counters& before) const {
  samples_->add(now.samples - before.samples);
  lost_->add(now.lost - before.lost);
  throttled_->add(now.throttled - before.throttled);
  cut_->add(now.cut - before.cut);
  broken_->add(now.broken - before.broken);
  no_room_->add(now.dropped - before.dropped);
  thirty_two_bit_->add(now.thirty_two_bit - before.thirty_two_bit);
  processes_->set(static_cast<double>(now.processes));
  rows_bytes_->set(static_cast<double>(now.rows_bytes));
}

void Metrics::drop(const profiling::Window& window) const {
  dropped_profiles_->add(window.processes.size());
  for (const auto& process : window.processes) overrun_->add(process->samples);
}

void Metrics::add_profile(const std::string& service, uint64_t bytes, uint64_t samples) const {
  base::Lock lock(mutex_);
  const std::string name =
      services_.size() < kServicesMax || services_.contains(service) ? service : "other";
  OfService& of = services_[name];
  if (!of.profiles) {
    const base::metrics::Labels labels{{"service_name", name}};
    of.profiles = scope_.counter("pyroscope_ebpf_pprofs_total", "Profiles sent.", labels);
    of.bytes = scope_.counter("pyroscope_ebpf_pprof_bytes_total", "Bytes of profiles.", labels);
    of.samples =
        scope_.counter("pyroscope_ebpf_pprof_samples_total", "Samples in profiles.", labels);
  }
  of.profiles->add(1);
  of.bytes->add(bytes);
  of.samples->add(samples);
}

}  // namespace components::pyroscope::ebpf
