#include "components/prometheus/exporter_process/sample.h"

#include <unistd.h>

#include "components/prometheus/shared/words.h"

namespace components::prometheus::exporter_process {
namespace {

double kib(std::string_view text, std::string_view name) {
  std::string_view value = value_of(text, name);
  return next_number(value) * 1024;
}

/// False: it may not be read.
bool read_switches(Tree& proc, const std::string& folder, Counters& counters, double* swapped) {
  const auto status = proc.read(folder, "/status");
  if (!status) return false;
  counters[kVoluntarySwitches] +=
      number_of(value_of(*status, "voluntary_ctxt_switches")).value_or(0);
  counters[kNonvoluntarySwitches] +=
      number_of(value_of(*status, "nonvoluntary_ctxt_switches")).value_or(0);
  if (swapped) *swapped = kib(*status, "VmSwap");
  return true;
}

bool read_io(Tree& proc, const std::string& folder, Counters& counters) {
  const auto io = proc.read(folder, "/io");
  if (!io) return false;
  counters[kReadBytes] = number_of(value_of(*io, "read_bytes")).value_or(0);
  counters[kWriteBytes] = number_of(value_of(*io, "write_bytes")).value_or(0);
  return true;
}

std::string read_wait(Tree& proc, const std::string& folder) {
  const auto text = proc.text(folder, "/wchan");
  return !text || *text == "0" ? std::string() : std::string(*text);
}

void read_files(Tree& proc, const std::string& folder, Sample& sample) {
  std::vector<std::string> files;
  sample.open_files = static_cast<double>(proc.list(files, folder, "/fd").size());
  if (files.empty() && ::geteuid() != 0) ++sample.unreadable;
  const auto limits = proc.read(folder, "/limits");
  if (!limits) return;
  std::string_view soft = value_of(*limits, "Max open files");
  sample.open_files_max = number_of(next_word(soft));
}

/// smaps_rollup is one sum, made by the kernel.
void read_smaps(Tree& proc, const std::string& folder, Sample& sample) {
  const auto smaps = proc.read(folder, "/smaps_rollup");
  if (!smaps) {
    ++sample.unreadable;
    return;
  }
  sample.proportional_bytes = kib(*smaps, "Pss");
  sample.proportional_swapped_bytes = kib(*smaps, "SwapPss");
}

void read_threads(Tree& proc, const std::string& folder, Sample& sample) {
  std::vector<std::string> tasks;
  double voluntary = 0, nonvoluntary = 0;
  for (const std::string& task : proc.list(tasks, folder, "/task")) {
    const std::string below = folder + "/task/" + task;
    auto stat = read_stat(proc, below);
    if (!stat) continue;  // It has ended meanwhile.
    read_switches(proc, below, stat->counters, nullptr);
    read_io(proc, below, stat->counters);
    voluntary += stat->counters[kVoluntarySwitches];
    nonvoluntary += stat->counters[kNonvoluntarySwitches];
    const auto id = integer_of(task);
    sample.threads.push_back(
        {static_cast<int>(id.value_or(0)), std::move(*stat), read_wait(proc, below)});
  }
  // The status of a process is that of its first thread.
  sample.stat.counters[kVoluntarySwitches] = voluntary;
  sample.stat.counters[kNonvoluntarySwitches] = nonvoluntary;
}

}  // namespace

std::optional<Stat> read_stat(Tree& proc, const std::string& folder) {
  static const double kTicks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  static const double kPage = static_cast<double>(::sysconf(_SC_PAGESIZE));
  const auto text = proc.read(folder, "/stat");
  if (!text) return std::nullopt;
  // "PID (NAME) STATE PPID ...": a name may hold anything.
  const size_t begin = text->find('('), end = text->rfind(')');
  if (begin == text->npos || end == text->npos || end < begin) return std::nullopt;
  std::string_view rest = text->substr(end + 1);
  const std::string_view state = next_word(rest);
  if (state.empty()) return std::nullopt;
  Stat stat;
  stat.comm = text->substr(begin + 1, end - begin - 1);
  stat.state = state.front();
  stat.parent = static_cast<int>(next_number(rest));
  skip_words(rest, 5);
  stat.counters[kMinorFaults] = next_number(rest);
  skip_words(rest, 1);
  stat.counters[kMajorFaults] = next_number(rest);
  skip_words(rest, 1);
  stat.counters[kUserSeconds] = next_number(rest) / kTicks;
  stat.counters[kSystemSeconds] = next_number(rest) / kTicks;
  skip_words(rest, 4);
  stat.threads = integer_of(next_word(rest)).value_or(1);
  skip_words(rest, 1);
  const auto start = integer_of(next_word(rest));
  if (!start) return std::nullopt;
  stat.start_ticks = *start;
  stat.virtual_bytes = next_number(rest);
  stat.resident_bytes = next_number(rest) * kPage;
  return stat;
}

Sample read_sample(Tree& proc, int pid, Stat stat, bool with_smaps) {
  const std::string folder = std::to_string(pid);
  Sample sample{.stat = std::move(stat)};
  if (!read_switches(proc, folder, sample.stat.counters, &sample.swapped_bytes))
    ++sample.unreadable;
  if (!read_io(proc, folder, sample.stat.counters)) ++sample.unreadable;
  read_files(proc, folder, sample);
  if (with_smaps) read_smaps(proc, folder, sample);
  sample.waits_in = read_wait(proc, folder);
  if (sample.stat.threads >= 2) read_threads(proc, folder, sample);
  return sample;
}

}  // namespace components::prometheus::exporter_process
