#include "components/prometheus/exporter_cadvisor/cgroups.h"

#include <unistd.h>

#include <algorithm>

#include "components/prometheus/shared/words.h"

/// The files of both versions. Of version 1 cAdvisor's names tell what is what, so that the values
/// of version 2 are those that come nearest.
namespace components::prometheus::exporter_cadvisor {
namespace {

constexpr double kMicro = 1e-6, kNano = 1e-9;
/// The controllers of version 1 that are read; the first that has a cgroup is the one for its
/// children and its time.
constexpr std::string_view kControllers[] = {"cpuacct", "memory", "cpu", "blkio"};
/// Version 1 has no word for "no limit", but a number near the largest.
constexpr double kNoLimit = 4.6e18;

/// Of version 2, below the root.
std::string folder_of(const std::string& path) {
  return path == "/" ? "." : path.substr(1);
}

double seconds(const timespec& time) {
  return static_cast<double>(time.tv_sec);
}

/// A limit as cAdvisor shows it: 0 is none.
std::optional<double> limit(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  if (*text == "max") return 0;
  const auto value = number_of(*text);
  return value && *value >= kNoLimit ? 0 : value;
}

std::optional<double> scaled(std::optional<double> value, double factor) {
  if (value) *value *= factor;
  return value;
}

std::optional<double> field(std::string_view text, std::string_view name) {
  return number_of(value_of(text, name));
}

void set_working_set(Stats& stats) {
  const auto& usage = stats.values[kMemoryUsage];
  if (usage)
    stats.values[kWorkingSet] = std::max(0.0, *usage - stats.values[kInactiveFile].value_or(0));
}

}  // namespace

Cgroups::Cgroups(std::string root)
    : tree_(std::move(root)), is_version_2_(tree_.exists("cgroup.controllers")) {}

void Cgroups::add_children(const std::string& path, std::vector<std::string>& found) {
  const std::string below = path == "/" ? path : path + "/";
  const size_t before = found.size();
  const auto add = [&](const auto&... pieces) {
    for (const std::string& name : tree_.list_folders(names_, pieces...)) {
      std::string child = below + name;
      if (std::find(found.begin() + static_cast<ptrdiff_t>(before), found.end(), child) ==
          found.end())
        found.push_back(std::move(child));
    }
  };
  if (is_version_2_) return add(folder_of(path));
  for (const std::string_view controller : kControllers) add(controller, path);
}

void Cgroups::read(const std::string& path, Stats& stats) {
  stats = {};
  read_start(path, stats);
  if (is_version_2_)
    read_version_2(path, stats);
  else
    read_version_1(path, stats);
}

/// The folder changes when a cgroup is made below it, these files do not.
void Cgroups::read_start(const std::string& path, Stats& stats) {
  const auto add = [&](const auto&... pieces) {
    const auto time = tree_.changed(pieces...);
    if (time && (!stats.start || seconds(*time) < *stats.start)) stats.start = seconds(*time);
  };
  if (is_version_2_) {
    add(folder_of(path));
    return add(folder_of(path), "/cgroup.events");
  }
  for (const std::string_view controller : kControllers) {
    add(controller, path);
    add(controller, path, "/cgroup.clone_children");
    if (stats.start) return;
  }
}

void Cgroups::read_pressure(const std::string& path, Stats& stats) {
  struct Row {
    std::string_view name;
    Value waiting, stalled;
  };
  constexpr Row kRows[] = {{"/cpu.pressure", kCpuWaiting, kCpuStalled},
                           {"/memory.pressure", kMemoryWaiting, kMemoryStalled},
                           {"/io.pressure", kIoWaiting, kIoStalled}};
  for (const Row& row : kRows) {
    auto text = tree_.read(path, row.name);
    if (!text) continue;
    std::string_view line;
    while (next_line(*text, line)) {
      const std::string_view kind = next_word(line);
      const size_t total = line.find("total=");
      if (total == line.npos) continue;
      const auto value = scaled(number_of(trim(line.substr(total + 6))), kMicro);
      if (kind == "some") stats.values[row.waiting] = value;
      if (kind == "full") stats.values[row.stalled] = value;
    }
  }
}

void Cgroups::read_memory_2(const std::string& path, Stats& stats) {
  auto& values = stats.values;
  if (const auto text = tree_.read(path, "/memory.stat")) {
    values[kCache] = field(*text, "file");
    values[kRss] = field(*text, "anon");
    values[kKernelUsage] = field(*text, "kernel");
    values[kMappedFile] = field(*text, "file_mapped");
    values[kActiveFile] = field(*text, "active_file");
    values[kInactiveFile] = field(*text, "inactive_file");
    values[kPageFaults] = field(*text, "pgfault");
    values[kMajorPageFaults] = field(*text, "pgmajfault");
  }
  values[kMemoryUsage] = tree_.number(path, "/memory.current");
  if (path == "." && !values[kMemoryUsage] && values[kRss] && values[kCache])
    values[kMemoryUsage] = *values[kRss] + *values[kCache];  // The root has no memory.current.
  values[kMaxUsage] = tree_.number(path, "/memory.peak");
  values[kSwap] = tree_.number(path, "/memory.swap.current");
  values[kMemoryLimit] = limit(tree_.text(path, "/memory.max"));
  values[kSwapLimit] = limit(tree_.text(path, "/memory.swap.max"));
  values[kReservation] = limit(tree_.text(path, "/memory.min"));
  if (const auto text = tree_.read(path, "/memory.events")) {
    values[kFailures] = field(*text, "max");
    values[kOomKills] = field(*text, "oom_kill");
  }
  set_working_set(stats);
}

void Cgroups::read_version_2(const std::string& whole, Stats& stats) {
  const std::string path = folder_of(whole);
  auto& values = stats.values;
  if (const auto text = tree_.read(path, "/cpu.stat")) {
    values[kCpuUsage] = scaled(field(*text, "usage_usec"), kMicro);
    values[kCpuUser] = scaled(field(*text, "user_usec"), kMicro);
    values[kCpuSystem] = scaled(field(*text, "system_usec"), kMicro);
    values[kPeriods] = field(*text, "nr_periods");
    values[kThrottledPeriods] = field(*text, "nr_throttled");
    values[kThrottled] = scaled(field(*text, "throttled_usec"), kMicro);
  }
  if (auto text = tree_.text(path, "/cpu.max")) {
    values[kQuota] = limit(next_word(*text));
    values[kPeriod] = number_of(next_word(*text));
  }
  if (const auto weight = tree_.number(path, "/cpu.weight"))
    values[kShares] = static_cast<uint64_t>(2 + (*weight - 1) * 262142 / 9999);
  read_memory_2(path, stats);
  if (auto text = tree_.read(path, "/io.stat")) {
    std::string_view line;
    while (next_line(*text, line)) {
      const std::string device(next_word(line));
      for (std::string_view word = next_word(line); !word.empty(); word = next_word(line)) {
        const std::string_view name = take_until(word, '=');
        const double value = number_of(word).value_or(0);
        const std::string_view operation = name.starts_with('r') ? "Read" : "Write";
        if (name == "rbytes" || name == "wbytes")
          stats.io_bytes.push_back({operation, device, value});
        if (name == "rios" || name == "wios")
          stats.io_operations.push_back({operation, device, value});
      }
    }
  }
  read_pressure(path, stats);
}

namespace {

/// "8:0 Read 1024" by line; the sum of all devices has no device, and is left out.
void read_throttle(std::optional<std::string_view> text, std::vector<DeviceIo>& to) {
  constexpr std::string_view kOperations[] = {"Read", "Write", "Sync", "Async", "Discard", "Total"};
  std::string_view line;
  while (text && next_line(*text, line)) {
    const std::string_view device = next_word(line);
    const std::string_view operation = next_word(line);
    const auto known = std::find(std::begin(kOperations), std::end(kOperations), operation);
    if (known != std::end(kOperations) && device.find(':') != device.npos)
      to.push_back({*known, std::string(device), next_number(line)});
  }
}

}  // namespace

void Cgroups::read_memory_1(const std::string& path, Stats& stats) {
  constexpr std::string_view kMemory = "memory";
  auto& values = stats.values;
  if (const auto text = tree_.read(kMemory, path, "/memory.stat")) {
    values[kCache] = field(*text, "total_cache");
    values[kRss] = field(*text, "total_rss");
    values[kMappedFile] = field(*text, "total_mapped_file");
    values[kSwap] = field(*text, "total_swap");
    values[kActiveFile] = field(*text, "total_active_file");
    values[kInactiveFile] = field(*text, "total_inactive_file");
    values[kPageFaults] = field(*text, "pgfault");
    values[kMajorPageFaults] = field(*text, "pgmajfault");
  }
  values[kMemoryUsage] = tree_.number(kMemory, path, "/memory.usage_in_bytes");
  values[kMaxUsage] = tree_.number(kMemory, path, "/memory.max_usage_in_bytes");
  values[kKernelUsage] = tree_.number(kMemory, path, "/memory.kmem.usage_in_bytes");
  values[kFailures] = tree_.number(kMemory, path, "/memory.failcnt");
  values[kMemoryLimit] = limit(tree_.text(kMemory, path, "/memory.limit_in_bytes"));
  values[kSwapLimit] = limit(tree_.text(kMemory, path, "/memory.memsw.limit_in_bytes"));
  values[kReservation] = limit(tree_.text(kMemory, path, "/memory.soft_limit_in_bytes"));
  if (const auto text = tree_.read(kMemory, path, "/memory.oom_control"))
    values[kOomKills] = field(*text, "oom_kill");
  set_working_set(stats);
}

void Cgroups::read_version_1(const std::string& path, Stats& stats) {
  constexpr std::string_view kAccounts = "cpuacct", kCpu = "cpu", kBlocks = "blkio";
  auto& values = stats.values;
  values[kCpuUsage] = scaled(tree_.number(kAccounts, path, "/cpuacct.usage"), kNano);
  if (auto text = tree_.read(kAccounts, path, "/cpuacct.usage_percpu"))
    for (std::string_view word = next_word(*text); !word.empty(); word = next_word(*text))
      stats.cpu_usage.push_back(number_of(word).value_or(0) * kNano);
  if (const auto text = tree_.read(kAccounts, path, "/cpuacct.stat")) {
    static const double tick = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
    values[kCpuUser] = scaled(field(*text, "user"), tick);
    values[kCpuSystem] = scaled(field(*text, "system"), tick);
  }
  if (const auto text = tree_.read(kCpu, path, "/cpu.stat")) {
    values[kPeriods] = field(*text, "nr_periods");
    values[kThrottledPeriods] = field(*text, "nr_throttled");
    values[kThrottled] = scaled(field(*text, "throttled_time"), kNano);
  }
  values[kShares] = tree_.number(kCpu, path, "/cpu.shares");
  values[kPeriod] = tree_.number(kCpu, path, "/cpu.cfs_period_us");
  if (const auto quota = tree_.number(kCpu, path, "/cpu.cfs_quota_us"))
    values[kQuota] = std::max(0.0, *quota);
  read_memory_1(path, stats);
  read_throttle(tree_.read(kBlocks, path, "/blkio.throttle.io_service_bytes"), stats.io_bytes);
  read_throttle(tree_.read(kBlocks, path, "/blkio.throttle.io_serviced"), stats.io_operations);
}

std::vector<Interface> interfaces_of(std::string_view net_dev) {
  constexpr std::string_view kLeftOut[] = {"veth", "docker", "nerdctl"};
  std::vector<Interface> found;
  std::string_view line;
  while (next_line(net_dev, line)) {
    const size_t colon = line.find(':');
    if (colon == line.npos) continue;
    Interface one;
    one.name = trim(line.substr(0, colon));
    const bool is_left_out =
        one.name == "lo" || std::any_of(std::begin(kLeftOut), std::end(kLeftOut),
                                        [&](auto begin) { return one.name.starts_with(begin); });
    if (is_left_out) continue;
    line.remove_prefix(colon + 1);
    for (double* value :
         {&one.received_bytes, &one.received_packets, &one.received_errors, &one.received_dropped})
      *value = next_number(line);
    skip_words(line, 4);
    for (double* value : {&one.sent_bytes, &one.sent_packets, &one.sent_errors, &one.sent_dropped})
      *value = next_number(line);
    found.push_back(std::move(one));
  }
  return found;
}

}  // namespace components::prometheus::exporter_cadvisor
