#include "agent/profile/profile.h"

#include <fmt/format.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "base/descriptor.h"
#include "base/files.h"
#include "base/number.h"
#include "profiling/privileges.h"
#include "profiling/profiler.h"
#include "profiling/symbolizer.h"

namespace agent::profile {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kProgress{500};

/// Readable once the user has asked to end.
base::Descriptor watch_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return base::Descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

base::Result<void> check(const Options& options) {
  for (const uint32_t pid : options.pids)
    if (::access(fmt::format("/proc/{}", pid).c_str(), F_OK) != 0)
      return base::fail("no process has the pid {}", pid);
  if (options.format == Format::pprof && options.output == "-" && ::isatty(STDOUT_FILENO))
    return base::fail("pprof is binary, and standard output is a terminal: give --output FILE");
  return {};
}

void sample(profiling::Profiler& profiler, const Options& options, int signals) {
  const bool shows_progress = !options.is_quiet && ::isatty(STDERR_FILENO);
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::seconds(options.seconds);
  while (Clock::now() < end && !profiling::sampler::is_readable(signals)) {
    profiler.run_until(shows_progress ? std::min(end, Clock::now() + kProgress) : end, signals);
    if (!shows_progress) continue;
    const std::chrono::duration<double> passed = Clock::now() - begin;
    fmt::print(stderr, "\rprofiling: {:.0f} of {} s, {} samples; Ctrl-C ends it early\x1b[K",
               passed.count(), options.seconds, profiler.counters().samples);
  }
  if (shows_progress) fmt::print(stderr, "\r\x1b[K");
}

std::string text_of(const std::vector<profiling::Profile>& profiles, const Options& options,
                    const std::string& title) {
  switch (options.format) {
    case Format::svg:
      return profiling::as_svg(profiles, title);
    case Format::pprof:
      return profiling::as_pprofs(profiles, {.with_pids = true, .with_processes = true})[0].body;
    case Format::folded:
      break;
  }
  return profiling::as_folded(profiles);
}

base::Result<void> write(const std::string& text, const std::string& output) {
  if (output != "-") return base::write_file_atomic(output, text);
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written) return base::fail_errno("write standard output", errno);
  return {};
}

std::string host_name() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return name;
}

double seconds_of(const profiling::Window& window) {
  return std::chrono::duration<double>(window.duration).count();
}

uint64_t samples_of(const std::vector<profiling::Profile>& profiles) {
  uint64_t samples = 0;
  for (const auto& profile : profiles)
    for (const auto& stack : profile.stacks) samples += stack.samples;
  return samples;
}

}  // namespace

base::Result<uint64_t> run(const Options& options) {
  if (auto checked = check(options); !checked) return tl::unexpected(checked.error());
  const base::Descriptor signals = watch_signals();
  profiling::ProfilerOptions wanted{.rate_hz = options.rate_hz, .with_kernel = options.with_kernel};
  if (!options.pids.empty())
    wanted.is_wanted = [&options](const profiling::ProcessWindow& process) {
      return std::find(options.pids.begin(), options.pids.end(), process.pid) != options.pids.end();
    };
  auto profiler = profiling::Profiler::open(std::move(wanted));
  if (!profiler) return tl::unexpected(profiler.error());
  sample(**profiler, options, signals.get());
  const profiling::Window window = (*profiler)->take();
  profiler->reset();  // The clocks stop before names are looked for.
  profiling::Symbolizer symbolizer(
      profiling::demangle_of(options.demangle).value_or(profiling::Demangle::simplified));
  const auto profiles = symbolizer.resolve(window);
  const std::string title =
      fmt::format("CPU time of {}, {:.1f} s at {} Hz: {}", host_name(), seconds_of(window),
                  options.rate_hz, base::counted(samples_of(profiles), "sample", "samples"));
  if (auto written = write(text_of(profiles, options, title), options.output); !written)
    return tl::unexpected(written.error());
  if (!options.is_quiet) {
    fmt::print(stderr, "tributary: {}\n", summary(profiles, window));
    for (const std::string& missing : what_is_partial(profiling::own_privileges()))
      fmt::print(stderr, "tributary: {}\n", missing);
  }
  return samples_of(profiles);
}

std::string summary(const std::vector<profiling::Profile>& profiles,
                    const profiling::Window& window) {
  const uint64_t samples = samples_of(profiles);
  const profiling::Counters& counters = window.counters;
  std::string text =
      fmt::format("{} of {} in {:.1f} s", base::counted(samples, "sample", "samples"),
                  base::counted(profiles.size(), "process", "processes"), seconds_of(window));
  const auto add = [&](uint64_t count, std::string_view what) {
    if (count > 0) text += fmt::format(", {} {}", count, what);
  };
  add(counters.lost, "lost as this program got no CPU time");
  add(counters.cut, "with deeper stacks than were copied");
  add(counters.broken, "with stacks that could not be followed to their end");
  add(counters.thirty_two_bit, "of 32-bit processes, without stacks");
  add(counters.dropped, "dropped for want of room");
  return text;
}

}  // namespace agent::profile
