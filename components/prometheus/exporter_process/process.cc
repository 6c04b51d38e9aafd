#include "components/prometheus/exporter_process/process.h"

#include "components/prometheus/shared/exposition.h"

namespace components::prometheus::exporter_process {
namespace {

constexpr MetricType kCounterType = MetricType::counter;
constexpr MetricType kGaugeType = MetricType::gauge;
/// The zero of Go's times, which the reference shows for a group without processes.
constexpr double kNoStart = -62135596800;

using AllGroups = std::map<std::string, Group>;

void write_counters(Exposition& out, const AllGroups& groups) {
  struct Row {
    std::string_view name, label, value, help;
    Counter counter;
  };
  constexpr Row kRows[] = {
      {"cpu_seconds_total", "mode", "user", "Cpu user usage in seconds", kUserSeconds},
      {"cpu_seconds_total", "mode", "system", "Cpu user usage in seconds", kSystemSeconds},
      {"read_bytes_total", "", "", "number of bytes read by this group", kReadBytes},
      {"write_bytes_total", "", "", "number of bytes written by this group", kWriteBytes},
      {"major_page_faults_total", "", "", "Major page faults", kMajorFaults},
      {"minor_page_faults_total", "", "", "Minor page faults", kMinorFaults},
      {"context_switches_total", "ctxswitchtype", "voluntary", "Context switches",
       kVoluntarySwitches},
      {"context_switches_total", "ctxswitchtype", "nonvoluntary", "Context switches",
       kNonvoluntarySwitches}};
  std::string_view before;
  for (const Row& row : kRows) {
    if (row.name != before) out.family("namedprocess_namegroup_", row.name, kCounterType, row.help);
    before = row.name;
    for (const auto& [name, group] : groups) {
      if (row.label.empty())
        out.sample(group.counters[row.counter], {{"groupname", name}});
      else
        out.sample(group.counters[row.counter], {{"groupname", name}, {row.label, row.value}});
    }
  }
}

void write_memory(Exposition& out, const AllGroups& groups, bool with_smaps) {
  out.family("namedprocess_namegroup_", "memory_bytes", kGaugeType,
             "number of bytes of memory in use");
  for (const auto& entry : groups) {
    const Group& group = entry.second;
    const auto write = [&](std::string_view kind, double value) {
      out.sample(value, {{"groupname", entry.first}, {"memtype", kind}});
    };
    write("resident", group.resident);
    write("virtual", group.virtual_size);
    write("swapped", group.swapped);
    if (!with_smaps) continue;
    write("proportionalResident", group.proportional);
    write("proportionalSwapped", group.proportional_swapped);
  }
}

void write_states(Exposition& out, const AllGroups& groups) {
  out.family("namedprocess_namegroup_", "states", kGaugeType,
             "Number of processes in states Running, Sleeping, Waiting, Zombie, or Other");
  for (const auto& entry : groups) {
    const auto& states = entry.second.states;
    double other = 0;
    for (const auto& [letter, count] : states)
      if (std::string_view("RSDZ").find(letter) == std::string_view::npos) other += count;
    const auto write = [&](std::string_view state, char letter) {
      const auto found = states.find(letter);
      const double known = found == states.end() ? 0 : found->second;
      out.sample(letter == 0 ? other : known, {{"groupname", entry.first}, {"state", state}});
    };
    write("Running", 'R');
    write("Sleeping", 'S');
    write("Waiting", 'D');
    write("Zombie", 'Z');
    write("Other", 0);
  }
  out.family("namedprocess_namegroup_", "threads_wchan", kGaugeType,
             "Number of threads in this group waiting on each wchan");
  for (const auto& [name, group] : groups)
    for (const auto& [function, count] : group.waits)
      out.sample(count, {{"groupname", name}, {"wchan", function}});
}

void write_threads(Exposition& out, const AllGroups& groups) {
  out.family("namedprocess_namegroup_", "thread_count", kGaugeType,
             "Number of threads in this group with same threadname");
  for (const auto& [name, group] : groups)
    for (const auto& [thread, threads] : group.threads)
      out.sample(threads.count, {{"groupname", name}, {"threadname", thread}});
  struct Row {
    std::string_view name, label, value, help;
    Counter counter;
  };
  constexpr Row kRows[] = {
      {"cpu_seconds_total", "mode", "user", "Cpu user/system usage in seconds", kUserSeconds},
      {"cpu_seconds_total", "mode", "system", "Cpu user/system usage in seconds", kSystemSeconds},
      {"io_bytes_total", "iomode", "read", "number of bytes read/written by these threads",
       kReadBytes},
      {"io_bytes_total", "iomode", "write", "number of bytes read/written by these threads",
       kWriteBytes},
      {"major_page_faults_total", "", "", "Major page faults for these threads", kMajorFaults},
      {"minor_page_faults_total", "", "", "Minor page faults for these threads", kMinorFaults},
      {"context_switches_total", "ctxswitchtype", "voluntary", "Context switches for these threads",
       kVoluntarySwitches},
      {"context_switches_total", "ctxswitchtype", "nonvoluntary",
       "Context switches for these threads", kNonvoluntarySwitches}};
  std::string_view before;
  for (const Row& row : kRows) {
    if (row.name != before)
      out.family("namedprocess_namegroup_thread_", row.name, kCounterType, row.help);
    before = row.name;
    for (const auto& [name, group] : groups)
      for (const auto& [thread, threads] : group.threads) {
        const Label labels[] = {
            {"groupname", name}, {"threadname", thread}, {row.label, row.value}};
        out.sample(threads.counters[row.counter], std::span(labels, row.label.empty() ? 2u : 3u));
      }
  }
}

}  // namespace

Process::Process(const Arguments& arguments)
    : with_threads_(arguments.track_threads),
      with_smaps_(arguments.gather_smaps),
      groups_(arguments) {
  scrape_errors_ += !groups_.update();
}

void Process::expose(std::string& text) {
  base::Lock lock(mutex_);
  scrape_errors_ += !groups_.update();
  Exposition out(text);
  const AllGroups& groups = groups_.all();
  const auto gauge = [&](std::string_view name, std::string_view help, double Group::*value) {
    out.family("namedprocess_namegroup_", name, kGaugeType, help);
    for (const auto& [group_name, group] : groups)
      out.sample(group.*value, {{"groupname", group_name}});
  };
  gauge("num_procs", "number of processes in this group", &Group::processes);
  write_counters(out, groups);
  write_memory(out, groups, with_smaps_);
  gauge("open_filedesc", "number of open file descriptors for this group", &Group::open_files);
  gauge("worst_fd_ratio",
        "the worst (closest to 1) ratio between open fds and max fds among all procs in this group",
        &Group::worst_files_ratio);
  out.family("namedprocess_namegroup_", "oldest_start_time_seconds", kGaugeType,
             "start time in seconds since 1970/01/01 of oldest process in group");
  for (const auto& [name, group] : groups)
    out.sample(group.oldest_start.value_or(kNoStart), {{"groupname", name}});
  gauge("num_threads", "Number of threads", &Group::all_threads);
  write_states(out, groups);
  if (with_threads_) write_threads(out, groups);
  out.single("namedprocess_", "scrape_errors", kCounterType,
             "general scrape errors: no proc metrics collected during a cycle", scrape_errors_);
  out.single("namedprocess_", "scrape_procread_errors", kCounterType,
             "incremented each time a proc's metrics collection fails", 0);
  out.single("namedprocess_", "scrape_partial_errors", kCounterType,
             "incremented each time a tracked proc's metrics collection fails partially, e.g. "
             "unreadable I/O stats",
             groups_.partial_errors());
}

}  // namespace components::prometheus::exporter_process
