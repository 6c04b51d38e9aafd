#include "profiling/profiler.h"

#include <fmt/format.h>
#include <linux/perf_event.h>
#include <unistd.h>

#include <climits>
#include <variant>

#include "base/files.h"
#include "base/text.h"

namespace profiling {
namespace {

constexpr size_t kCgroupBytesMax = 65536;
constexpr size_t kStackOverhead = 96;  // Bytes of a table's entry beside its frames.

std::string read_link(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
  return size > 0 ? std::string(target, static_cast<size_t>(size)) : std::string();
}

}  // namespace

base::Result<std::unique_ptr<Profiler>> Profiler::open(ProfilerOptions options) {
  auto rings = sampler::Rings::open(options.rate_hz);
  if (!rings) return tl::unexpected(rings.error());
  return std::unique_ptr<Profiler>(new Profiler(std::move(options), std::move(*rings)));
}

Profiler::Profiler(ProfilerOptions options, sampler::Rings rings)
    : options_(std::move(options)),
      rings_(std::move(rings)),
      processes_(modules_),
      window_began_(std::chrono::steady_clock::now()) {
  window_.begin = std::chrono::system_clock::now();
}

void Profiler::run_until(std::chrono::steady_clock::time_point deadline, int wake_fd) {
  while (true) {
    rings_.wait(deadline, wake_fd);
    rings_.drain([this](std::string_view record) { apply(record); });
    if (std::chrono::steady_clock::now() >= deadline) return;
    if (wake_fd >= 0 && sampler::is_readable(wake_fd)) return;
  }
}

void Profiler::apply(std::string_view bytes) {
  const auto record = sampler::decode(bytes);
  if (!record) return;
  if (const auto* sample = std::get_if<sampler::Sample>(&*record)) return count(*sample);
  if (const auto* map = std::get_if<sampler::MapRecord>(&*record)) return processes_.apply(*map);
  if (const auto* comm = std::get_if<sampler::CommRecord>(&*record)) return processes_.apply(*comm);
  if (const auto* fork = std::get_if<sampler::ForkRecord>(&*record)) return processes_.apply(*fork);
  if (const auto* exit = std::get_if<sampler::ExitRecord>(&*record)) return processes_.apply(*exit);
  if (const auto* lost = std::get_if<sampler::LostRecord>(&*record))
    window_.counters.lost += lost->count;
  else
    ++window_.counters.throttled;
}

void Profiler::count(const sampler::Sample& sample) {
  Counters& counters = window_.counters;
  ++counters.samples;
  if (sample.pid == 0) {  // The idle task's interrupts, or a process outside our namespace.
    ++counters.unwanted;
    return;
  }
  Process& process = processes_.of_sample(sample.pid, sample.tid);
  if (!process.is_wanted.value_or(true) || (!process.window && !begin_window(process, sample))) {
    ++counters.unwanted;
    return;
  }
  if (sample.is_32_bit) ++counters.thirty_two_bit;
  take_frames(process, sample);
  ProcessWindow& window = *process.window;
  const auto found = window.stacks.find(stack_);
  if (found != window.stacks.end()) {
    ++found->second;
  } else {
    const size_t bytes = stack_.size() * sizeof(Frame) + kStackOverhead;
    if (stacks_bytes_ + bytes > kStacksBytesMax) {
      ++counters.dropped;
      return;
    }
    stacks_bytes_ += bytes;
    window.stacks.emplace(stack_, 1);
  }
  ++window.samples;
}

bool Profiler::begin_window(Process& process, const sampler::Sample& sample) {
  auto window = std::make_shared<ProcessWindow>();
  window->pid = sample.pid;
  if (process.name.empty())
    process.name =
        base::trimmed(base::read_file(fmt::format("/proc/{}/comm", sample.pid), 4096).value_or(""));
  window->name = process.name;
  window->exe = read_link(fmt::format("/proc/{}/exe", sample.pid));
  if (options_.with_cgroups)
    window->cgroups =
        base::read_file(fmt::format("/proc/{}/cgroup", sample.tid), kCgroupBytesMax).value_or("");
  if (!process.is_wanted) process.is_wanted = !options_.is_wanted || options_.is_wanted(*window);
  if (!*process.is_wanted) return false;
  stacks_bytes_ += sizeof *window + window->exe.size() + window->cgroups.size();
  process.window = window;
  window_.processes.push_back(std::move(window));
  return true;
}

void Profiler::take_frames(Process& process, const sampler::Sample& sample) {
  stack_.clear();
  if (options_.with_kernel) {
    bool in_kernel = false;
    for (size_t i = 0; i < sample.chain.size() && stack_.size() < kFramesMax; ++i) {
      const uint64_t address = sample.chain[i];
      if (address >= static_cast<uint64_t>(PERF_CONTEXT_MAX))
        in_kernel = address == static_cast<uint64_t>(PERF_CONTEXT_KERNEL);
      else if (in_kernel)
        stack_.push_back({keep(Module::of_kind(Module::Kind::kernel)), address});
    }
  }
  if (!sample.has_user) return;
  addresses_.clear();
  const StackEnd end = unwind(sample.registers, {sample.registers.stack_pointer, sample.stack},
                              sample.is_stack_cut, process, addresses_);
  for (const uint64_t address : addresses_) stack_.push_back(frame_at(process, address));
  if (end == StackEnd::outermost) return;
  ++(end == StackEnd::cut ? window_.counters.cut : window_.counters.broken);
  stack_.push_back(
      {keep(Module::of_kind(end == StackEnd::cut ? Module::Kind::cut : Module::Kind::broken)), 0});
}

Frame Profiler::frame_at(Process& process, uint64_t address) {
  const Mapping* mapping = process.mapping(address);
  if (mapping == nullptr) return {keep(Module::of_kind(Module::Kind::anonymous)), address};
  return {keep(mapping->loaded->module), address - mapping->bias};
}

const Module* Profiler::keep(const std::shared_ptr<const Module>& module) {
  window_.modules.try_emplace(module.get(), module);
  return module.get();
}

Window Profiler::take() {
  const auto now = std::chrono::steady_clock::now();
  window_.duration = now - window_began_;
  window_.period = std::chrono::nanoseconds(1'000'000'000 / options_.rate_hz);
  processes_.end_window();
  modules_.forget_unused();
  window_.counters.processes = processes_.size();
  window_.counters.rows_bytes = modules_.rows_bytes();
  Window taken = std::move(window_);
  window_ = {};
  window_.begin = std::chrono::system_clock::now();
  window_.counters = taken.counters;
  window_began_ = now;
  stacks_bytes_ = 0;
  return taken;
}

}  // namespace profiling
