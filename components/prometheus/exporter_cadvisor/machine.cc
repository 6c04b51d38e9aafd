#include <sys/utsname.h>

#include <set>

#include "base/version.h"
#include "components/prometheus/exporter_cadvisor/cadvisor.h"
#include "components/prometheus/shared/words.h"

/// Families about the machine.
namespace components::prometheus::exporter_cadvisor {
namespace {

constexpr double kKilo = 1024;

struct Processors {
  double all = 0;
  std::set<std::pair<std::string, std::string>> cores;  ///< socket, core
  std::set<std::string> sockets;
};

/// Where the kernel does not tell sockets and cores, each processor is one core of one socket.
Processors processors(Tree& proc) {
  Processors found;
  auto text = proc.read("cpuinfo");
  std::string_view line;
  std::string socket = "0", core;
  const auto end = [&] {
    if (core.empty()) return;
    found.cores.emplace(socket, core);
    found.sockets.insert(socket);
  };
  while (text && next_line(*text, line)) {
    const std::string_view name = trim(take_until(line, ':'));
    if (name == "processor") {
      end();
      ++found.all;
      core = trim(line);
    }
    if (name == "physical id") socket = trim(line);
    if (name == "core id") core = trim(line);
  }
  end();
  return found;
}

double memory(std::string_view meminfo, std::string_view name) {
  auto value = value_of(meminfo, name);
  return next_number(value) * kKilo;
}

/// The value of NAME="value" in /etc/os-release.
std::string pretty_name(Tree& root) {
  auto text = root.read("etc/os-release");
  std::string_view line;
  while (text && next_line(*text, line)) {
    if (take_until(line, '=') != "PRETTY_NAME") continue;
    line = trim(line);
    if (line.size() >= 2 && line.front() == '"') line = line.substr(1, line.size() - 2);
    return std::string(line);
  }
  return {};
}

}  // namespace

void write_machine(Exposition& out, Tree& proc, Tree& root) {
  const auto text_of = [](std::optional<std::string_view> text) {
    return std::string(text.value_or(""));
  };
  const std::string machine = text_of(root.text("etc/machine-id"));
  const std::string system = text_of(root.text("sys/class/dmi/id/product_uuid"));
  const std::string boot = text_of(proc.text("sys/kernel/random/boot_id"));
  const auto write = [&](std::string_view name, std::string_view help, double value) {
    out.family("machine_", name, MetricType::gauge, help);
    out.sample(value, {{"machine_id", machine}, {"system_uuid", system}, {"boot_id", boot}});
  };
  const Processors cpus = processors(proc);
  write("cpu_cores", "Logical processors", cpus.all);
  write("cpu_physical_cores", "Cores", static_cast<double>(cpus.cores.size()));
  write("cpu_sockets", "Sockets of processors", static_cast<double>(cpus.sockets.size()));
  if (const auto meminfo = proc.read("meminfo")) {
    const double total = memory(*meminfo, "MemTotal"), swap = memory(*meminfo, "SwapTotal");
    write("memory_bytes", "Memory", total);
    write("swap_bytes", "Swap", swap);
  }
  out.single("machine_", "scrape_error", MetricType::gauge,
             "1 if the machine could not be measured, 0 otherwise", cpus.all == 0);
  utsname names{};
  ::uname(&names);
  out.family("cadvisor_", "version_info", MetricType::gauge, "Always 1; versions are labels");
  out.sample(1, {{"kernelVersion", names.release},
                 {"osVersion", pretty_name(root)},
                 {"dockerVersion", ""},
                 {"cadvisorVersion", base::kVersion},
                 {"cadvisorRevision", ""}});
}

}  // namespace components::prometheus::exporter_cadvisor
