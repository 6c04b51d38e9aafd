// cpu and cpufreq.
#include <unistd.h>

#include <array>
#include <map>

#include "components/prometheus/exporter_unix/collectors/collector.h"

namespace components::prometheus::exporter_unix::collectors {
namespace {

constexpr std::array<std::string_view, 8> kModes = {"user",   "nice", "system",  "idle",
                                                    "iowait", "irq",  "softirq", "steal"};
constexpr size_t kIdle = 3;
constexpr size_t kValues = 10;  // The modes, then guest and guest_nice.
/// A CPU that was offline begins again below what it had; smaller steps back are the kernel's
/// inaccuracy.
constexpr double kResetSeconds = 3;

/// Seconds of one CPU by mode; none of them falls while it is online.
using Times = std::array<double, kValues>;

void advance(Times& known, const Times& now) {
  if (known[kIdle] - now[kIdle] >= kResetSeconds) {
    known = now;
    return;
  }
  for (size_t i = 0; i < kValues; ++i) known[i] = std::max(known[i], now[i]);
}

/// CPUs by number, with their name: 10 comes after 9.
struct CpuName {
  uint64_t number;
  std::string text;
  bool operator<(const CpuName& other) const { return number < other.number; }
};

class CpuCollector {
 public:
  explicit CpuCollector(const Cpu& arguments)
      : with_guest_(arguments.guest),
        with_info_(arguments.info || !arguments.bugs_include.source.empty() ||
                   !arguments.flags_include.source.empty()),
        bugs_(arguments.bugs_include),
        flags_(arguments.flags_include) {}

  bool operator()(Scrape& scrape) {
    if (with_info_) info(scrape);
    const auto stat = scrape.proc.read("stat");
    if (!stat) return false;
    read(*stat);
    scrape.out.family("node_cpu_", "seconds_total", kCounter,
                      "Seconds the CPUs spent in each mode.");
    for (const auto& [cpu, times] : times_)
      for (size_t mode = 0; mode < kModes.size(); ++mode)
        scrape.out.sample(times[mode], {{"cpu", cpu.text}, {"mode", kModes[mode]}});
    if (with_guest_) {
      scrape.out.family("node_cpu_", "guest_seconds_total", kCounter,
                        "Seconds the CPUs spent in guests (VMs) for each mode.");
      for (const auto& [cpu, times] : times_) {
        scrape.out.sample(times[8], {{"cpu", cpu.text}, {"mode", "user"}});
        scrape.out.sample(times[9], {{"cpu", cpu.text}, {"mode", "nice"}});
      }
    }
    throttles(scrape);
    isolated(scrape);
    return true;
  }

 private:
  void read(std::string_view stat) {
    static const double kTicks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    std::string_view line;
    while (next_line(stat, line)) {
      if (!line.starts_with("cpu")) continue;
      const std::string_view name = next_word(line).substr(3);
      const auto number = integer_of(name);
      if (!number || trim(line).empty()) continue;  // "cpu" itself is the sum.
      Times now{};
      for (double& value : now) value = next_number(line) / kTicks;
      const auto [place, is_new] = times_.try_emplace({*number, std::string(name)}, now);
      if (!is_new) advance(place->second, now);
    }
  }

  /// A package has one counter, which each of its CPUs repeats.
  static void throttles(Scrape& scrape) {
    std::map<std::pair<std::string, std::string>, double> cores;
    std::map<std::string, double> packages;
    for (const std::string& cpu : scrape.sys.list(scrape.names, "devices/system/cpu")) {
      if (!cpu.starts_with("cpu") || !integer_of(std::string_view(cpu).substr(3))) continue;
      const auto file = [&](std::string_view name) {
        return scrape.sys.text("devices/system/cpu/", cpu, name);
      };
      const auto package = file("/topology/physical_package_id");
      if (!package) continue;
      const std::string package_id(*package);
      const auto core = file("/topology/core_id");
      if (!core) continue;
      const std::string core_id(*core);
      const auto count = [&](std::string_view name) {
        const auto text = file(name);
        return text ? integer_of(*text) : std::nullopt;
      };
      if (const auto value = count("/thermal_throttle/core_throttle_count"))
        cores.try_emplace({package_id, core_id}, static_cast<double>(*value));
      if (const auto value = count("/thermal_throttle/package_throttle_count"))
        packages.try_emplace(package_id, static_cast<double>(*value));
    }
    scrape.out.family("node_cpu_", "core_throttles_total", kCounter,
                      "Number of times this CPU core has been throttled.");
    for (const auto& [place, value] : cores)
      scrape.out.sample(value, {{"package", place.first}, {"core", place.second}});
    scrape.out.family("node_cpu_", "package_throttles_total", kCounter,
                      "Number of times this CPU package has been throttled.");
    for (const auto& [package, value] : packages) scrape.out.sample(value, {{"package", package}});
  }

  /// "2-3,7": the CPUs that the scheduler leaves alone.
  static void isolated(Scrape& scrape) {
    const auto text = scrape.sys.text("devices/system/cpu/isolated");
    if (!text || text->empty()) return;
    scrape.out.family("node_cpu_", "isolated", kGauge,
                      "Whether each core is isolated, information from "
                      "/sys/devices/system/cpu/isolated.");
    std::string_view left = *text;
    while (!left.empty()) {
      std::string_view range = take_until(left, ',');
      const auto first = integer_of(take_until(range, '-'));
      const auto last = range.empty() ? first : integer_of(range);
      if (!first || !last || *last > 1 << 16) return;
      for (uint64_t cpu = *first; cpu <= *last; ++cpu)
        scrape.out.sample(1, {{"cpu", std::to_string(cpu)}});
    }
  }

  void info(Scrape& scrape) const {
    const auto text = scrape.proc.read("cpuinfo");
    if (!text) return;
    std::string_view left = *text;
    scrape.out.family("node_cpu_", "info", kGauge, "CPU information from /proc/cpuinfo.");
    std::string_view first;
    while (!left.empty()) {
      const size_t end = std::min(left.find("\n\n"), left.size());
      const std::string_view cpu = left.substr(0, end);
      left.remove_prefix(std::min(end + 2, left.size()));
      if (first.empty()) first = cpu;
      const auto of = [&](std::string_view name) { return field(cpu, name); };
      scrape.out.sample(1, {{"package", of("physical id")},
                            {"core", of("core id")},
                            {"cpu", of("processor")},
                            {"vendor", of("vendor_id")},
                            {"family", of("cpu family")},
                            {"model", of("model")},
                            {"model_name", of("model name")},
                            {"microcode", of("microcode")},
                            {"stepping", of("stepping")},
                            {"cachesize", of("cache size")}});
    }
    words(scrape.out, "flag", flags_, field(first, "flags"));
    words(scrape.out, "bug", bugs_, field(first, "bugs"));
  }

  static void words(Exposition& out, std::string_view kind, const Pattern& wanted,
                    std::string_view list) {
    const std::string name = std::string(kind) + "_info";
    out.family("node_cpu_", name, kGauge,
               kind == "flag" ? "The `flags` field of CPU information from /proc/cpuinfo taken "
                                "from the first core."
                              : "The `bugs` field of CPU information from /proc/cpuinfo taken from "
                                "the first core.");
    for (std::string_view word = next_word(list); !word.empty(); word = next_word(list))
      if (wanted.matches(word)) out.sample(1, {{kind, word}});
  }

  /// Of lines "name<tabs>: value".
  static std::string_view field(std::string_view cpu, std::string_view name) {
    std::string_view line;
    while (next_line(cpu, line))
      if (trim(take_until(line, ':')) == name) return trim(line);
    return {};
  }

  const bool with_guest_;
  const bool with_info_;
  const Pattern bugs_, flags_;
  std::map<CpuName, Times> times_;
};

Collect make_cpu(const Arguments& arguments) {
  return [collector = std::make_shared<CpuCollector>(arguments.cpu)](Scrape& scrape) {
    return (*collector)(scrape);
  };
}

/// kHz, of each CPU that has the file.
bool frequencies(Scrape& scrape, const std::vector<std::string>& cpus, std::string_view file,
                 std::string_view name, std::string_view help) {
  bool found = false;
  scrape.out.family("node_cpu_", name, kGauge, help);
  for (const std::string& cpu : cpus) {
    const auto value = scrape.sys.number("devices/system/cpu/", cpu, "/cpufreq/", file);
    if (!value) continue;
    scrape.out.sample(*value * 1000, {{"cpu", std::string_view(cpu).substr(3)}});
    found = true;
  }
  return found;
}

bool collect_cpufreq(Scrape& scrape) {
  std::vector<std::string> cpus;
  for (const std::string& name : scrape.sys.list(scrape.names, "devices/system/cpu"))
    if (name.starts_with("cpu") && integer_of(std::string_view(name).substr(3)) &&
        scrape.sys.exists("devices/system/cpu/", name, "/cpufreq"))
      cpus.push_back(name);
  if (cpus.empty()) return true;  // As the reference: no CPU with cpufreq is no failure.
  frequencies(scrape, cpus, "cpuinfo_cur_freq", "frequency_hertz",
              "Current CPU thread frequency in hertz.");
  frequencies(scrape, cpus, "cpuinfo_min_freq", "frequency_min_hertz",
              "Minimum CPU thread frequency in hertz.");
  frequencies(scrape, cpus, "cpuinfo_max_freq", "frequency_max_hertz",
              "Maximum CPU thread frequency in hertz.");
  frequencies(scrape, cpus, "scaling_cur_freq", "scaling_frequency_hertz",
              "Current scaled CPU thread frequency in hertz.");
  frequencies(scrape, cpus, "scaling_min_freq", "scaling_frequency_min_hertz",
              "Minimum scaled CPU thread frequency in hertz.");
  frequencies(scrape, cpus, "scaling_max_freq", "scaling_frequency_max_hertz",
              "Maximum scaled CPU thread frequency in hertz.");
  scrape.out.family("node_cpu_", "scaling_governor", kGauge,
                    "Current enabled CPU frequency governor.");
  for (const std::string& cpu : cpus) {
    const auto now = scrape.sys.text("devices/system/cpu/", cpu, "/cpufreq/scaling_governor");
    if (!now) continue;
    const std::string governor(*now);
    auto all = scrape.sys.text("devices/system/cpu/", cpu, "/cpufreq/scaling_available_governors");
    if (!all) continue;
    for (auto word = next_word(*all); !word.empty(); word = next_word(*all))
      scrape.out.sample(word == governor,
                        {{"cpu", std::string_view(cpu).substr(3)}, {"governor", word}});
  }
  return true;
}

constexpr CollectorKind kCpuKinds[] = {{"cpu", make_cpu}, {"cpufreq", stateless<collect_cpufreq>}};

}  // namespace

std::span<const CollectorKind> cpu_collectors() {
  return kCpuKinds;
}

}  // namespace components::prometheus::exporter_unix::collectors
