// interrupts, softirqs, softnet: tables with a column or a line for each CPU.
#include "components/prometheus/exporter_unix/collectors/collector.h"

namespace components::prometheus::exporter_unix::collectors {
namespace {

/// The numbers of the CPUs that the first line of a table names: "CPU0 CPU1".
std::vector<std::string_view> columns_of(std::string_view& table) {
  std::vector<std::string_view> cpus;
  std::string_view line;
  if (!next_line(table, line)) return cpus;
  for (auto word = next_word(line); !word.empty(); word = next_word(line))
    if (word.starts_with("CPU")) cpus.push_back(word.substr(3));
  return cpus;
}

/// "  1:  9  0  IO-APIC  1-edge  i8042" or "NMI:  0  0  Non-maskable interrupts". Lines that have
/// fewer numbers than there are CPUs (ERR, MIS) count for no CPU and are left out, as in the
/// reference.
bool collect_interrupts(Scrape& scrape) {
  auto table = scrape.proc.read("interrupts");
  if (!table) return false;
  const std::vector<std::string_view> cpus = columns_of(*table);
  scrape.out.family("node_", "interrupts_total", kCounter, "Interrupt details.");
  std::vector<double> counts;
  std::string info, devices;
  std::string_view line;
  while (next_line(*table, line)) {
    const std::string_view type = trim(take_until(line, ':'));
    counts.clear();
    while (counts.size() < cpus.size()) {
      std::string_view rest = line;
      const auto value = integer_of(next_word(rest));
      if (!value) break;
      counts.push_back(static_cast<double>(*value));
      line = rest;
    }
    if (counts.size() < cpus.size()) continue;
    const bool has_number = integer_of(type).has_value();
    info.clear();
    devices.clear();
    for (auto word = next_word(line); !word.empty(); word = next_word(line)) {
      std::string& text = has_number && !info.empty() ? devices : info;
      if (!text.empty()) text += ' ';
      text += word;
    }
    if (info.empty()) continue;
    for (size_t i = 0; i < cpus.size(); ++i)
      scrape.out.sample(counts[i],
                        {{"cpu", cpus[i]}, {"type", type}, {"info", info}, {"devices", devices}});
  }
  return true;
}

bool collect_softirqs(Scrape& scrape) {
  auto table = scrape.proc.read("softirqs");
  if (!table) return false;
  const std::vector<std::string_view> cpus = columns_of(*table);
  scrape.out.family("node_", "softirqs_functions_total", kCounter, "Softirq counts per CPU.");
  std::string_view line;
  while (next_line(*table, line)) {
    const std::string_view type = trim(take_until(line, ':'));
    for (const std::string_view cpu : cpus) {
      const auto value = number_of(next_word(line));
      if (!value) break;
      scrape.out.sample(*value, {{"cpu", cpu}, {"type", type}});
    }
  }
  return true;
}

/// A line of hexadecimal numbers for each CPU; newer kernels have more of them.
bool collect_softnet(Scrape& scrape) {
  const auto text = scrape.proc.read("net/softnet_stat");
  if (!text) return false;
  struct Row {
    size_t column;
    std::string_view name;
    MetricType type;
    std::string_view help;
  };
  constexpr Row kRows[] = {
      {0, "processed_total", kCounter, "Number of processed packets"},
      {1, "dropped_total", kCounter, "Number of dropped packets"},
      {2, "times_squeezed_total", kCounter, "Number of times processing packets ran out of quota"},
      {8, "cpu_collision_total", kCounter,
       "Number of collision occur while obtaining device lock "
       "while transmitting"},
      {9, "received_rps_total", kCounter, "Number of times cpu woken up received_rps"},
      {10, "flow_limit_count_total", kCounter, "Number of times flow limit has been reached"},
      {11, "backlog_len", kGauge, "Softnet backlog status"}};
  for (const Row& row : kRows) {
    scrape.out.family("node_softnet_", row.name, row.type, row.help);
    std::string_view left = *text, line;
    for (int index = 0; next_line(left, line); ++index) {
      uint64_t values[16] = {};
      size_t count = 0;
      for (auto word = next_word(line); !word.empty() && count < std::size(values);
           word = next_word(line))
        values[count++] = integer_of(word, 16).value_or(0);
      if (count == 0) continue;
      // Column 12 is the CPU since Linux 5.10; before, the lines of those online are counted.
      const uint64_t cpu = count > 12 ? values[12] : static_cast<uint64_t>(index);
      scrape.out.sample(static_cast<double>(values[row.column]), {{"cpu", std::to_string(cpu)}});
    }
  }
  return true;
}

constexpr CollectorKind kInterruptKinds[] = {{"interrupts", stateless<collect_interrupts>},
                                             {"softirqs", stateless<collect_softirqs>},
                                             {"softnet", stateless<collect_softnet>}};

}  // namespace

std::span<const CollectorKind> interrupt_collectors() {
  return kInterruptKinds;
}

}  // namespace components::prometheus::exporter_unix::collectors
