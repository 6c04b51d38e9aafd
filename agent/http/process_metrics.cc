#include "agent/http/process_metrics.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <iterator>

#include "base/files.h"

namespace agent::http {
namespace {

/// Initialized before main() runs: near enough to the start.
const double kStarted =
    std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();

/// The second number of /proc/self/statm, in bytes; 0 when it cannot be read.
uint64_t resident_bytes() {
  const auto statm = base::read_file("/proc/self/statm", 4096);
  unsigned long size = 0, resident = 0;
  if (!statm || std::sscanf(statm->c_str(), "%lu %lu", &size, &resident) != 2) return 0;
  return resident * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int64_t open_descriptors() {
  std::error_code code;
  int64_t count = 0;
  std::filesystem::directory_iterator it("/proc/self/fd", code);
  for (; !code && it != std::filesystem::directory_iterator(); it.increment(code)) ++count;
  return count;
}

}  // namespace

std::string process_metrics() {
  std::string out;
  const auto family = [&](std::string_view name, std::string_view type, std::string_view help,
                          auto value) {
    fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help,
                   type, value);
  };
  family("process_cpu_seconds_total", "counter", "User and system CPU time spent, in seconds.",
         cpu_seconds());
  family("process_open_fds", "gauge", "Open file descriptors.", open_descriptors());
  family("process_resident_memory_bytes", "gauge", "Resident memory.", resident_bytes());
  family("process_start_time_seconds", "gauge", "When this process started, in Unix time.",
         kStarted);
  return out;
}

}  // namespace agent::http
