// stat, loadavg, meminfo, vmstat, filefd, entropy, pressure, schedstat, selinux, cgroups, sysctl.
#include <algorithm>

#include "components/prometheus/exporter_unix/collectors/collector.h"

namespace components::prometheus::exporter_unix::collectors {
namespace {

bool collect_stat(Scrape& scrape) {
  const auto stat = scrape.proc.read("stat");
  if (!stat) return false;
  const auto write = [&](std::string_view field, std::string_view name, MetricType type,
                         std::string_view help) {
    std::string_view text = value_of(*stat, field);
    if (const auto value = number_of(next_word(text)))
      scrape.out.single("node_", name, type, help, *value);
  };
  write("intr", "intr_total", kCounter, "Total number of interrupts serviced.");
  write("ctxt", "context_switches_total", kCounter, "Total number of context switches.");
  write("processes", "forks_total", kCounter, "Total number of forks.");
  write("btime", "boot_time_seconds", kGauge, "Node boot time, in unixtime.");
  write("procs_running", "procs_running", kGauge, "Number of processes in runnable state.");
  write("procs_blocked", "procs_blocked", kGauge,
        "Number of processes blocked waiting for I/O to complete.");
  return true;
}

bool collect_loadavg(Scrape& scrape) {
  auto text = scrape.proc.read("loadavg");
  if (!text) return false;
  constexpr std::pair<std::string_view, std::string_view> kLoads[] = {
      {"load1", "1m load average."},
      {"load5", "5m load average."},
      {"load15", "15m load average."}};
  for (const auto& [name, help] : kLoads) {
    const auto value = number_of(next_word(*text));
    if (!value) return false;
    scrape.out.single("node_", name, kGauge, help, *value);
  }
  return true;
}

/// "Active(anon):  123 kB" is node_memory_Active_anon_bytes.
bool collect_meminfo(Scrape& scrape) {
  auto text = scrape.proc.read("meminfo");
  if (!text) return false;
  std::string_view line;
  std::string name, help;
  while (next_line(*text, line)) {
    std::string_view key = take_until(line, ':');
    const auto value = number_of(next_word(line));
    if (!value || key.empty()) continue;
    name.clear();
    append_name(name, take_until(key, '('));
    if (!key.empty()) {
      name += '_';
      append_name(name, take_until(key, ')'));
    }
    const bool is_in_kib = next_word(line) == "kB";
    if (is_in_kib) name += "_bytes";
    help = "Memory information field " + name + ".";
    scrape.out.single("node_memory_", name, kGauge, help, is_in_kib ? *value * 1024 : *value);
  }
  return true;
}

Collect make_vmstat(const Arguments& arguments) {
  return [fields = Pattern(arguments.vmstat.fields)](Scrape& scrape) {
    auto text = scrape.proc.read("vmstat");
    if (!text) return false;
    std::string_view line;
    std::string help;
    while (next_line(*text, line)) {
      const std::string_view name = next_word(line);
      const auto value = number_of(next_word(line));
      if (!value || !fields.matches(name)) continue;
      help = "/proc/vmstat information field ";
      help += name;
      help += '.';
      scrape.out.single("node_vmstat_", name, kUntyped, help, *value);
    }
    return true;
  };
}

bool collect_filefd(Scrape& scrape) {
  auto text = scrape.proc.read("sys/fs/file-nr");
  if (!text) return false;
  const double allocated = next_number(*text);
  next_word(*text);
  const auto maximum = number_of(next_word(*text));
  if (!maximum) return false;
  scrape.out.single("node_filefd_", "allocated", kGauge, "File descriptor statistics: allocated.",
                    allocated);
  scrape.out.single("node_filefd_", "maximum", kGauge, "File descriptor statistics: maximum.",
                    *maximum);
  return true;
}

bool collect_entropy(Scrape& scrape) {
  const auto available = scrape.proc.number("sys/kernel/random/entropy_avail");
  const auto size = scrape.proc.number("sys/kernel/random/poolsize");
  if (!available || !size) return false;
  scrape.out.single("node_entropy_", "available_bits", kGauge, "Bits of available entropy.",
                    *available);
  scrape.out.single("node_entropy_", "pool_size_bits", kGauge, "Bits of entropy pool.", *size);
  return true;
}

/// "some avg10=0.00 avg60=0.00 avg300=0.00 total=123": microseconds.
bool collect_pressure(Scrape& scrape) {
  struct Row {
    std::string_view file, kind, name, help;
  };
  constexpr Row kRows[] = {
      {"cpu", "some", "cpu_waiting_seconds_total",
       "Total time in seconds that processes have waited for CPU time"},
      {"io", "some", "io_waiting_seconds_total",
       "Total time in seconds that processes have waited due to IO congestion"},
      {"io", "full", "io_stalled_seconds_total",
       "Total time in seconds no process could make progress due to IO congestion"},
      {"memory", "some", "memory_waiting_seconds_total",
       "Total time in seconds that processes have waited for memory"},
      {"memory", "full", "memory_stalled_seconds_total",
       "Total time in seconds no process could make progress due to memory congestion"}};
  bool found = false;
  for (const Row& row : kRows) {
    const auto text = scrape.proc.read("pressure/", row.file);
    if (!text) return found;
    const std::string_view line = value_of(*text, row.kind);
    const size_t at = line.rfind("total=");
    const auto total = at == line.npos ? std::nullopt : number_of(line.substr(at + 6));
    if (!total) continue;
    scrape.out.single("node_pressure_", row.name, kCounter, row.help, *total / 1e6);
    found = true;
  }
  return found;
}

/// "cpu0 0 0 0 0 0 0 RUNNING WAITING TIMESLICES": nanoseconds.
bool collect_schedstat(Scrape& scrape) {
  const auto text = scrape.proc.read("schedstat");
  if (!text) return false;
  constexpr std::pair<std::string_view, std::string_view> kFamilies[] = {
      {"running_seconds_total", "Number of seconds CPU spent running a process."},
      {"waiting_seconds_total", "Number of seconds spent by processing waiting for this CPU."},
      {"timeslices_total", "Number of timeslices executed by CPU."}};
  for (size_t i = 0; i < std::size(kFamilies); ++i) {
    scrape.out.family("node_schedstat_", kFamilies[i].first, kCounter, kFamilies[i].second);
    std::string_view left = *text, line;
    while (next_line(left, line)) {
      if (!line.starts_with("cpu")) continue;
      const std::string_view cpu = next_word(line).substr(3);
      skip_words(line, 6 + i);
      const auto value = number_of(next_word(line));
      if (value) scrape.out.sample(i < 2 ? *value / 1e9 : *value, {{"cpu", cpu}});
    }
  }
  return true;
}

bool collect_selinux(Scrape& scrape) {
  const auto current = scrape.sys.number("fs/selinux/enforce");
  scrape.out.single("node_selinux_", "enabled", kGauge, "SELinux is enabled, 1 is true, 0 is false",
                    current.has_value());
  if (!current) return true;
  scrape.out.single("node_selinux_", "current_mode", kGauge,
                    "Current SELinux enforcement mode, 1 is enforcing, 0 is permissive", *current);
  auto config = scrape.root.read("etc/selinux/config");
  std::string_view line;
  double mode = -1;
  while (config && next_line(*config, line)) {
    if (take_until(line, '=') != "SELINUX") continue;
    const std::string_view word = trim(line);
    mode = word == "enforcing" ? 1 : word == "permissive" ? 0 : -1;
  }
  scrape.out.single("node_selinux_", "config_mode", kGauge,
                    "Configured SELinux enforcement mode, 1 is enforcing, 0 is permissive, -1 is "
                    "disabled",
                    mode);
  return true;
}

/// "#subsys_name hierarchy num_cgroups enabled"
bool collect_cgroups(Scrape& scrape) {
  const auto text = scrape.proc.read("cgroups");
  if (!text) return false;
  for (const bool is_enabled_family : {false, true}) {
    scrape.out.family("node_cgroups_", is_enabled_family ? "enabled" : "cgroups", kGauge,
                      "Current cgroup number of the subsystem.");
    std::string_view left = *text, line;
    while (next_line(left, line)) {
      if (line.starts_with('#')) continue;
      const std::string_view name = next_word(line);
      next_word(line);
      const double count = next_number(line);
      scrape.out.sample(is_enabled_family ? next_number(line) : count, {{"subsys_name", name}});
    }
  }
  return true;
}

std::string sysctl_path(std::string name) {
  std::ranges::replace(name, '.', '/');
  return "sys/" + name;
}

/// "NAME" or "NAME:FIELD,FIELD": without fields, several numbers get an index.
bool sysctl_numbers(Scrape& scrape, std::string_view setting) {
  const std::string name(take_until(setting, ':'));
  auto text = scrape.proc.text(sysctl_path(name));
  if (!text) return false;
  const std::string help = "sysctl " + name;
  const bool is_one = setting.empty() && text->find_first_of(" \t") == text->npos;
  if (setting.empty()) scrape.out.family("node_sysctl_", name, kUntyped, help);
  for (int index = 0; !text->empty(); ++index) {
    const auto value = number_of(next_word(*text));
    if (!value) return false;
    if (is_one) {
      scrape.out.sample(*value);
    } else if (setting.empty()) {
      scrape.out.sample(*value, {{"index", std::to_string(index)}});
    } else if (const std::string_view field = take_until(setting, ','); !field.empty()) {
      scrape.out.single("node_sysctl_", name + "_" + std::string(field), kUntyped, help, *value);
    } else {
      break;
    }
    *text = trim(*text);
  }
  return true;
}

Collect make_sysctl(const Arguments& arguments) {
  return [sysctl = arguments.sysctl](Scrape& scrape) {
    bool is_whole = true;
    for (const std::string& setting : sysctl.include)
      is_whole = sysctl_numbers(scrape, setting) && is_whole;
    scrape.out.family("node_sysctl_", "info", kGauge, "sysctl info");
    for (const std::string& setting : sysctl.include_info) {
      std::string_view rest = setting;
      const std::string name(take_until(rest, ':'));
      auto text = scrape.proc.text(sysctl_path(name));
      if (!text) is_whole = false;
      for (int index = 0; text && !text->empty(); ++index) {
        scrape.out.sample(
            1, {{"name", name}, {"value", next_word(*text)}, {"index", std::to_string(index)}});
        *text = trim(*text);
      }
    }
    return is_whole;
  };
}

constexpr CollectorKind kKernelKinds[] = {
    {"cgroups", stateless<collect_cgroups>},
    {"entropy", stateless<collect_entropy>},
    {"filefd", stateless<collect_filefd>},
    {"loadavg", stateless<collect_loadavg>},
    {"meminfo", stateless<collect_meminfo>},
    {"pressure", stateless<collect_pressure>},
    {"schedstat", stateless<collect_schedstat>},
    {"selinux", stateless<collect_selinux>},
    {"stat", stateless<collect_stat>},
    {"sysctl", make_sysctl},
    {"vmstat", make_vmstat},
};

}  // namespace

std::span<const CollectorKind> kernel_collectors() {
  return kKernelKinds;
}

}  // namespace components::prometheus::exporter_unix::collectors
