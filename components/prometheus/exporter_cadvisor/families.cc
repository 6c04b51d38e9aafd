#include <chrono>

#include "components/prometheus/exporter_cadvisor/cadvisor.h"

/// The families of containers, by cAdvisor's names.
namespace components::prometheus::exporter_cadvisor {
namespace {

constexpr MetricType kCounter = MetricType::counter;
constexpr MetricType kGauge = MetricType::gauge;

/// A family of one value for each cgroup.
struct Single {
  std::string_view name;
  MetricType type;
  std::string_view help;
  Topic topic;
  Value value;
};

constexpr Single kSingles[] = {
    {"cpu_user_seconds_total", kCounter, "CPU time in user mode", Topic::cpu, kCpuUser},
    {"cpu_system_seconds_total", kCounter, "CPU time in the kernel", Topic::cpu, kCpuSystem},
    {"spec_cpu_shares", kGauge, "Share of the CPU", Topic::cpu, kShares},
    {"spec_cpu_period", kGauge, "Period of the CPU limit in microseconds", Topic::cpu, kPeriod},
    {"memory_usage_bytes", kGauge, "Memory in use, caches among it", Topic::memory, kMemoryUsage},
    {"memory_max_usage_bytes", kGauge, "Most memory that was in use", Topic::memory, kMaxUsage},
    {"memory_working_set_bytes", kGauge, "Memory in use without inactive caches", Topic::memory,
     kWorkingSet},
    {"memory_cache", kGauge, "Bytes of the page cache", Topic::memory, kCache},
    {"memory_rss", kGauge, "Bytes of anonymous memory", Topic::memory, kRss},
    {"memory_kernel_usage", kGauge, "Bytes of memory of the kernel", Topic::memory, kKernelUsage},
    {"memory_mapped_file", kGauge, "Bytes of mapped files", Topic::memory, kMappedFile},
    {"memory_swap", kGauge, "Bytes in swap", Topic::memory, kSwap},
    {"memory_total_active_file_bytes", kGauge, "Page cache in active use", Topic::memory,
     kActiveFile},
    {"memory_total_inactive_file_bytes", kGauge, "Page cache not in active use", Topic::memory,
     kInactiveFile},
    {"memory_failcnt", kCounter, "Times that the memory limit was hit", Topic::memory, kFailures},
    {"spec_memory_limit_bytes", kGauge, "Memory limit, 0: none", Topic::memory, kMemoryLimit},
    {"spec_memory_swap_limit_bytes", kGauge, "Swap limit, 0: none", Topic::memory, kSwapLimit},
    {"spec_memory_reservation_limit_bytes", kGauge, "Reserved memory, 0: none", Topic::memory,
     kReservation},
    {"oom_events_total", kCounter, "Processes killed for want of memory", Topic::oom_event,
     kOomKills},
    {"pressure_cpu_waiting_seconds_total", kCounter, "Time that some waited for the CPU",
     Topic::pressure, kCpuWaiting},
    {"pressure_cpu_stalled_seconds_total", kCounter, "Time that all waited for the CPU",
     Topic::pressure, kCpuStalled},
    {"pressure_memory_waiting_seconds_total", kCounter, "Time that some waited for memory",
     Topic::pressure, kMemoryWaiting},
    {"pressure_memory_stalled_seconds_total", kCounter, "Time that all waited for memory",
     Topic::pressure, kMemoryStalled},
    {"pressure_io_waiting_seconds_total", kCounter, "Time that some waited for I/O",
     Topic::pressure, kIoWaiting},
    {"pressure_io_stalled_seconds_total", kCounter, "Time that all waited for I/O", Topic::pressure,
     kIoStalled},
};

/// Of cgroups with a CPU limit alone.
constexpr Single kLimited[] = {
    {"spec_cpu_quota", kGauge, "CPU limit in microseconds a period", Topic::cpu, kQuota},
    {"cpu_cfs_periods_total", kCounter, "Periods of the CPU limit", Topic::cpu, kPeriods},
    {"cpu_cfs_throttled_periods_total", kCounter, "Periods in which the limit was reached",
     Topic::cpu, kThrottledPeriods},
    {"cpu_cfs_throttled_seconds_total", kCounter, "Time that the limit made it wait", Topic::cpu,
     kThrottled},
};

class Writer {
 public:
  Writer(Exposition& out, const std::vector<Measured>& all, Devices& devices)
      : out_(out), all_(all), devices_(devices) {
    for (const Measured& one : all) labels_.push_back(labels_of(one));
  }

  void write(const Single& family, bool only_limited) {
    begin(family.name, family.type, family.help);
    for (size_t i = 0; i < all_.size(); ++i) {
      const Stats& stats = all_[i].stats;
      if (only_limited && stats.values[kQuota].value_or(0) == 0) continue;
      if (const auto& value = stats.values[family.value]) sample(i, *value);
    }
  }

  /// Calls write(number, cgroup) for each.
  template <class Write>
  void write_each(std::string_view name, MetricType type, std::string_view help,
                  const Write& write) {
    begin(name, type, help);
    for (size_t i = 0; i < all_.size(); ++i) write(i, all_[i]);
  }

  void sample(size_t number, double value, std::initializer_list<Label> more = {}) {
    std::vector<Label>& labels = labels_[number];
    labels.insert(labels.end(), more.begin(), more.end());
    out_.sample(value, labels);
    labels.resize(labels.size() - more.size());
  }

  /// Bytes or operations of one kind, by device.
  void write_devices(std::string_view name, std::string_view help,
                     std::vector<DeviceIo> Stats::*list, std::string_view operation) {
    write_each(name, kCounter, help, [&](size_t number, const Measured& one) {
      for (const DeviceIo& io : one.stats.*list)
        if (io.operation == operation)
          sample(number, io.value, {{"device", devices_.name_of(io.device)}});
    });
  }

  const std::string& device(const DeviceIo& io) { return devices_.name_of(io.device); }

 private:
  void begin(std::string_view name, MetricType type, std::string_view help) {
    out_.family("container_", name, type, help);
  }

  static std::vector<Label> labels_of(const Measured& one) {
    std::vector<Label> labels = {{"id", one.id}};
    if (!one.named) return labels;
    labels.push_back({"name", one.named->name});
    labels.push_back({"image", one.named->image});
    for (const auto& [name, value] : one.named->labels) labels.push_back({name, value});
    return labels;
  }

  Exposition& out_;
  const std::vector<Measured>& all_;
  Devices& devices_;
  std::vector<std::vector<Label>> labels_;
};

void write_cpu_usage(Writer& out, bool by_cpu) {
  out.write_each("cpu_usage_seconds_total", kCounter, "CPU time",
                 [&](size_t number, const Measured& one) {
                   const std::vector<double>& cpus = one.stats.cpu_usage;
                   const auto& total = one.stats.values[kCpuUsage];
                   if (!by_cpu || cpus.empty()) {
                     if (total) out.sample(number, *total, {{"cpu", "total"}});
                     return;
                   }
                   for (size_t cpu = 0; cpu < cpus.size(); ++cpu)
                     if (cpus[cpu] > 0)
                       out.sample(number, cpus[cpu], {{"cpu", fmt::format("cpu{:02}", cpu)}});
                 });
}

void write_page_faults(Writer& out) {
  out.write_each("memory_failures_total", kCounter, "Page faults",
                 [&](size_t number, const Measured& one) {
                   for (const std::string_view scope : {"container", "hierarchy"})
                     for (const auto& [type, value] :
                          {std::pair{"pgfault", kPageFaults}, {"pgmajfault", kMajorPageFaults}})
                       if (const auto& count = one.stats.values[value])
                         out.sample(number, *count, {{"failure_type", type}, {"scope", scope}});
                 });
}

void write_devices(Writer& out) {
  out.write_devices("fs_reads_bytes_total", "Bytes read", &Stats::io_bytes, "Read");
  out.write_devices("fs_writes_bytes_total", "Bytes written", &Stats::io_bytes, "Write");
  out.write_devices("fs_reads_total", "Reads", &Stats::io_operations, "Read");
  out.write_devices("fs_writes_total", "Writes", &Stats::io_operations, "Write");
  out.write_each("blkio_device_usage_total", kCounter, "Bytes by device and operation",
                 [&](size_t number, const Measured& one) {
                   for (const DeviceIo& io : one.stats.io_bytes) {
                     const std::string_view numbers = io.device;
                     const size_t colon = numbers.find(':');
                     out.sample(number, io.value,
                                {{"device", out.device(io)},
                                 {"major", numbers.substr(0, colon)},
                                 {"minor", numbers.substr(colon + 1)},
                                 {"operation", io.operation}});
                   }
                 });
}

void write_network(Writer& out) {
  struct Row {
    std::string_view name, help;
    double Interface::*value;
  };
  constexpr Row kRows[] = {
      {"network_receive_bytes_total", "Bytes received", &Interface::received_bytes},
      {"network_receive_packets_total", "Packets received", &Interface::received_packets},
      {"network_receive_packets_dropped_total", "Packets dropped while receiving",
       &Interface::received_dropped},
      {"network_receive_errors_total", "Errors while receiving", &Interface::received_errors},
      {"network_transmit_bytes_total", "Bytes sent", &Interface::sent_bytes},
      {"network_transmit_packets_total", "Packets sent", &Interface::sent_packets},
      {"network_transmit_packets_dropped_total", "Packets dropped while sending",
       &Interface::sent_dropped},
      {"network_transmit_errors_total", "Errors while sending", &Interface::sent_errors}};
  for (const Row& row : kRows)
    out.write_each(row.name, kCounter, row.help, [&](size_t number, const Measured& one) {
      for (const Interface& interface : one.stats.interfaces)
        out.sample(number, interface.*row.value, {{"interface", interface.name}});
    });
}

}  // namespace

void write_containers(Exposition& text, const std::vector<Measured>& all, const Topics& topics,
                      Devices& devices) {
  const auto is_on = [&](Topic topic) { return topics[static_cast<size_t>(topic)]; };
  Writer out(text, all, devices);
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
  out.write_each("last_seen", kGauge, "When the cgroup was last measured",
                 [&](size_t number, const Measured&) {
                   out.sample(number, static_cast<double>(now.count()));
                 });
  out.write_each("start_time_seconds", kGauge, "When the cgroup was made",
                 [&](size_t number, const Measured& one) {
                   if (one.stats.start) out.sample(number, *one.stats.start);
                 });
  out.write_each("health_state", kGauge, "1 healthy, 0 not healthy, -1 nothing checks it",
                 [&](size_t number, const Measured& one) {
                   if (one.named) out.sample(number, one.named->health);
                 });
  if (is_on(Topic::cpu)) write_cpu_usage(out, is_on(Topic::percpu));
  for (const Single& family : kSingles)
    if (is_on(family.topic)) out.write(family, false);
  for (const Single& family : kLimited)
    if (is_on(family.topic)) out.write(family, true);
  if (is_on(Topic::memory)) write_page_faults(out);
  if (is_on(Topic::disk_io)) write_devices(out);
  if (is_on(Topic::network)) write_network(out);
}

}  // namespace components::prometheus::exporter_cadvisor
