// processes: how many there are, by state.
#include <array>

#include "components/prometheus/exporter_unix/collectors/collector.h"

namespace components::prometheus::exporter_unix::collectors {
namespace {

/// Counts by the letter of the state.
using StateCounts = std::array<int, 128>;

struct TaskState {
  char letter = 0;
  uint64_t threads = 0;
};

/// "PID (NAME) STATE ...": a name may hold anything, so its last parenthesis counts.
std::optional<TaskState> task_state(std::optional<std::string_view> stat) {
  if (!stat) return std::nullopt;
  const size_t end = stat->rfind(')');
  if (end == stat->npos) return std::nullopt;
  std::string_view rest = stat->substr(end + 1);
  const std::string_view state = next_word(rest);
  if (state.size() != 1 || static_cast<unsigned char>(state[0]) >= 128) return std::nullopt;
  skip_words(rest, 16);
  const auto threads = integer_of(next_word(rest));
  if (!threads) return std::nullopt;
  return TaskState{state[0], *threads};
}

void write_states(Exposition& out, std::string_view name, std::string_view label,
                  std::string_view help, const StateCounts& counts) {
  out.family("node_processes_", name, kGauge, help);
  for (size_t letter = 0; letter < counts.size(); ++letter) {
    const char text = static_cast<char>(letter);
    if (counts[letter] > 0) out.sample(counts[letter], {{label, {&text, 1}}});
  }
}

bool collect_processes(Scrape& scrape) {
  StateCounts processes{}, threads{};
  uint64_t pids = 0, all_threads = 0;
  std::vector<std::string> tasks;
  for (const std::string& pid : scrape.proc.list(scrape.names, "")) {
    if (!integer_of(pid)) continue;
    const auto state = task_state(scrape.proc.read(pid, "/stat"));
    if (!state) continue;  // It has ended meanwhile.
    ++pids;
    all_threads += state->threads;
    ++processes[static_cast<size_t>(state->letter)];
    if (state->threads == 1) {
      ++threads[static_cast<size_t>(state->letter)];
      continue;
    }
    for (const std::string& task : scrape.proc.list(tasks, pid, "/task"))
      if (const auto thread = task_state(scrape.proc.read(pid, "/task/", task, "/stat")))
        ++threads[static_cast<size_t>(thread->letter)];
  }
  if (pids == 0) return false;
  const auto max_threads = scrape.proc.number("sys/kernel/threads-max");
  const auto max_processes = scrape.proc.number("sys/kernel/pid_max");
  Exposition& out = scrape.out;
  out.single("node_processes_", "threads", kGauge, "Allocated threads in system",
             static_cast<double>(all_threads));
  if (max_threads)
    out.single("node_processes_", "max_threads", kGauge, "Limit of threads in the system",
               *max_threads);
  write_states(out, "state", "state", "Number of processes in each state.", processes);
  write_states(out, "threads_state", "thread_state", "Number of threads in each state.", threads);
  out.single("node_processes_", "pids", kGauge, "Number of PIDs", static_cast<double>(pids));
  if (max_processes)
    out.single("node_processes_", "max_processes", kGauge, "Number of max PIDs limit",
               *max_processes);
  return max_threads && max_processes;
}

constexpr CollectorKind kProcessKinds[] = {{"processes", stateless<collect_processes>}};

}  // namespace

std::span<const CollectorKind> process_collectors() {
  return kProcessKinds;
}

}  // namespace components::prometheus::exporter_unix::collectors
