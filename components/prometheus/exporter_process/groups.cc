#include "components/prometheus/exporter_process/groups.h"

#include <unistd.h>

#include <algorithm>

#include "components/prometheus/shared/words.h"

namespace components::prometheus::exporter_process {
namespace {

/// Adds what has been counted since; a counter that fell has begun again.
void add_increase(Counters& sum, const Counters& before, const Counters& now) {
  for (size_t i = 0; i < kCounters; ++i) sum[i] += std::max(0.0, now[i] - before[i]);
}

std::vector<std::string> read_arguments(Tree& proc, int pid) {
  std::vector<std::string> arguments;
  auto text = proc.read(std::to_string(pid), "/cmdline");
  while (text && text->ends_with('\0')) text->remove_suffix(1);
  while (text && !text->empty()) arguments.emplace_back(take_until(*text, '\0'));
  return arguments;
}

/// The gauges of the last scrape go; counters stay.
void begin_again(Group& group) {
  Group next{.counters = group.counters, .threads = std::move(group.threads)};
  for (auto& [name, threads] : next.threads) threads.count = 0;
  group = std::move(next);
}

}  // namespace

bool Groups::update() {
  if (!read_all()) return false;
  for (auto& [pid, known] : known_)
    if (!known.is_judged || (arguments_.recheck_on_scrape && !known.group)) judge(pid, known);
  if (arguments_.track_children)
    for (auto& [pid, known] : known_)
      if (!known.group && !std::exchange(known.is_judged, true))
        known.group = group_of_ancestor(known);
  for (auto& [name, group] : groups_) begin_again(group);
  for (auto& [pid, known] : known_) {
    known.is_judged = true;
    if (known.group) count(pid, known);
  }
  if (arguments_.remove_empty_groups)
    std::erase_if(groups_, [](const auto& group) { return group.second.processes == 0; });
  is_first_ = false;
  return true;
}

bool Groups::read_all() {
  for (auto& [pid, known] : known_) known.now.reset();
  const auto stat = proc_.read("stat");
  if (!stat) return false;
  std::string_view boot = value_of(*stat, "btime");
  boot_seconds_ = next_number(boot);
  for (const std::string& name : proc_.list(names_, "")) {
    const auto pid = integer_of(name);
    if (!pid) continue;
    auto now = read_stat(proc_, name);
    if (!now) continue;  // It has ended meanwhile.
    Known& known = known_[static_cast<int>(*pid)];
    if (known.start_ticks != now->start_ticks) known = {.start_ticks = now->start_ticks};
    known.parent = now->parent;
    known.now = std::move(now);
  }
  std::erase_if(known_, [](const auto& known) { return !known.second.now; });
  return true;
}

void Groups::judge(int pid, Known& known) {
  static const double kTicks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const Identity identity{
      .pid = pid,
      .start_seconds = boot_seconds_ + static_cast<double>(known.start_ticks) / kTicks,
      .comm = known.now->comm,
      .argv = read_arguments(proc_, pid)};
  known.group = matching_.group_of(identity, proc_);
}

std::optional<std::string> Groups::group_of_ancestor(const Known& known) const {
  int parent = known.parent;
  for (size_t steps = 0; steps < known_.size(); ++steps) {
    const auto found = known_.find(parent);
    if (found == known_.end()) return std::nullopt;
    if (found->second.group) return found->second.group;
    parent = found->second.parent;
  }
  return std::nullopt;
}

void Groups::count(int pid, Known& known) {
  static const double kTicks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const Sample sample = read_sample(proc_, pid, std::move(*known.now), arguments_.gather_smaps);
  Group& group = groups_[*known.group];
  partial_errors_ += sample.unreadable > 0;
  // What ran before this exporter did begins at 0; a later process counts from its birth.
  if (known.is_counted || !is_first_)
    add_increase(group.counters, known.counters, sample.stat.counters);
  known.counters = sample.stat.counters;
  ++group.processes;
  group.all_threads += static_cast<double>(sample.stat.threads);
  group.resident += sample.stat.resident_bytes;
  group.virtual_size += sample.stat.virtual_bytes;
  group.swapped += sample.swapped_bytes;
  group.proportional += sample.proportional_bytes.value_or(0);
  group.proportional_swapped += sample.proportional_swapped_bytes.value_or(0);
  group.open_files += sample.open_files;
  if (sample.open_files_max && *sample.open_files_max > 0)
    group.worst_files_ratio =
        std::max(group.worst_files_ratio, sample.open_files / *sample.open_files_max);
  const double start = boot_seconds_ + static_cast<double>(known.start_ticks) / kTicks;
  group.oldest_start = std::min(group.oldest_start.value_or(start), start);
  ++group.states[sample.stat.state];
  if (!sample.waits_in.empty()) ++group.waits[sample.waits_in];
  count_threads(sample, known, group);
  known.is_counted = true;
}

void Groups::count_threads(const Sample& sample, Known& known, Group& group) {
  std::unordered_map<int, Counters> threads;
  for (const ThreadSample& thread : sample.threads) {
    ThreadGroup& of_name = group.threads[thread.stat.comm];
    ++of_name.count;
    // A thread that is new is counted from now on.
    const auto before = known.threads.find(thread.id);
    if (before != known.threads.end())
      add_increase(of_name.counters, before->second, thread.stat.counters);
    threads.emplace(thread.id, thread.stat.counters);
    ++group.states[thread.stat.state];
    if (!thread.waits_in.empty()) ++group.waits[thread.waits_in];
  }
  known.threads = std::move(threads);
}

}  // namespace components::prometheus::exporter_process
