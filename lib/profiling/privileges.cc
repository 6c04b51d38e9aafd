#include "profiling/privileges.h"

#include <linux/capability.h>

#include <charconv>

#include "base/files.h"
#include "base/text.h"

namespace profiling {
namespace {

constexpr const char* kParanoid = "/proc/sys/kernel/perf_event_paranoid";

std::string read_small(const char* path) {
  return base::read_file(path, 1 << 16).value_or("");
}

uint64_t own_capabilities() {
  const std::string status = read_small("/proc/self/status");
  const size_t at = status.find("\nCapEff:\t");
  uint64_t mask = 0;
  if (at != std::string::npos)
    std::from_chars(status.data() + at + 9, status.data() + status.size(), mask, 16);
  return mask;
}

}  // namespace

Privileges privileges_with(uint64_t capabilities) {
  const auto has = [&](int capability) { return (capabilities >> capability & 1) != 0; };
  Privileges found;
  const std::string paranoid = read_small(kParanoid);
  std::from_chars(paranoid.data(), paranoid.data() + paranoid.size(), found.paranoid);
  found.sys_admin = has(CAP_SYS_ADMIN);
  found.perfmon = has(CAP_PERFMON);
  found.sys_ptrace = has(CAP_SYS_PTRACE);
  found.dac_read_search = has(CAP_DAC_READ_SEARCH);
  found.checkpoint_restore = has(CAP_CHECKPOINT_RESTORE);
  found.syslog = has(CAP_SYSLOG);
  const std::string hidden = read_small("/proc/sys/kernel/kptr_restrict");
  found.has_kernel_names =
      found.syslog ? !hidden.starts_with('2') : hidden.starts_with('0') && found.paranoid <= 1;
  found.is_confidential =
      read_small("/sys/kernel/security/lockdown").find("[confidentiality]") != std::string::npos;
  return found;
}

Privileges own_privileges() {
  return privileges_with(own_capabilities());
}

std::string what_is_missing(const Privileges& privileges) {
  if (privileges.paranoid >= 3 && !privileges.sys_admin)
    return fmt::format(
        "kernel.perf_event_paranoid is {}, which permits perf events to CAP_SYS_ADMIN only: set it "
        "to 2 (sysctl) or grant that capability",
        privileges.paranoid);
  if (privileges.paranoid >= 1 && !privileges.perfmon && !privileges.sys_admin)
    return "CAP_PERFMON is missing: grant it to the unit (AmbientCapabilities=)";
  return {};
}

std::vector<std::string> what_is_partial(const Privileges& privileges) {
  std::vector<std::string> missing;
  if (!privileges.sys_ptrace)
    missing.emplace_back("CAP_SYS_PTRACE is missing: other users' processes have no stacks");
  if (!privileges.dac_read_search)
    missing.emplace_back(
        "CAP_DAC_READ_SEARCH is missing: programs in private folders have no names");
  if (!privileges.checkpoint_restore && !privileges.sys_admin)
    missing.emplace_back(
        "CAP_CHECKPOINT_RESTORE is missing: deleted libraries have no names of functions");
  if (!privileges.has_kernel_names)
    missing.emplace_back(
        "/proc/kallsyms is hidden (CAP_SYSLOG): the kernel is one frame, [kernel]");
  return missing;
}

base::Error explain_refusal(const base::Error& error) {
  std::string missing = what_is_missing(own_privileges());
  if (missing.empty())
    missing =
        "not permitted here: a seccomp filter (SystemCallFilter=perf_event_open), a container "
        "or the kernel's configuration";
  return {fmt::format("{}: {}", error.message, missing)};
}

}  // namespace profiling
