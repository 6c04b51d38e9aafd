#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace profiling {

/// What the kernel and the privileges of a process permit a profiler there. The capabilities that
/// it uses, with what is not seen without them, are in docs/profiles.md.
struct Privileges {
  /// kernel.perf_event_paranoid. From 3 on, which Debian's kernel has by a patch, CAP_PERFMON does
  /// not suffice.
  int paranoid = 2;
  bool sys_admin = false;
  bool perfmon = false;
  bool sys_ptrace = false;
  bool dac_read_search = false;
  bool checkpoint_restore = false;
  bool syslog = false;
  bool has_kernel_names = false;  ///< /proc/kallsyms shows addresses
  bool is_confidential = false;   ///< the kernel is locked down to confidentiality
};

/// Of a process with these capabilities (a mask, as CapEff in /proc/PID/status has it) on this
/// host.
Privileges privileges_with(uint64_t capabilities);
/// Of this process.
Privileges own_privileges();

/// Why no profile can be taken, with what to do; empty: one can.
std::string what_is_missing(const Privileges& privileges);
/// What profiles will lack, one sentence each.
std::vector<std::string> what_is_partial(const Privileges& privileges);

/// The error of a perf_event_open(2) that failed, with what is missing added.
base::Error explain_refusal(const base::Error& error);

}  // namespace profiling
