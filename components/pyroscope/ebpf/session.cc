#include "components/pyroscope/ebpf/session.h"

#include <unordered_map>

#include "profiling/profile.h"

namespace components::pyroscope::ebpf {
namespace {

using Clock = std::chrono::steady_clock;

// What Pyroscope takes in one profile.
constexpr size_t kSamplesMax = 16000;
constexpr size_t kProfileBytesMax = size_t{3} << 20;

}  // namespace

Session::Session(const SessionSettings& settings, const base::Snapshot<TargetIndex>& targets,
                 telemetry::ProfileReceiver& next, const Metrics& metrics)
    : settings_(settings),
      targets_(targets),
      next_(next),
      metrics_(metrics),
      symbolizer_(settings.demangle) {}

base::Result<std::unique_ptr<Session>> Session::begin(const SessionSettings& settings,
                                                      const base::Snapshot<TargetIndex>& targets,
                                                      telemetry::ProfileReceiver& next,
                                                      const Metrics& metrics) {
  std::unique_ptr<Session> session(new Session(settings, targets, next, metrics));
  auto started = session->start();
  metrics.begin_session(!started);
  if (!started) return tl::unexpected(started.error());
  return session;
}

base::Result<void> Session::start() {
  profiling::ProfilerOptions options;
  options.rate_hz = settings_.rate_hz;
  options.with_kernel = settings_.with_kernel;
  options.with_cgroups = true;
  options.is_wanted = [this](const profiling::ProcessWindow& process) {
    return targets_.get()->find(process.pid, process.cgroups).has_value();
  };
  auto profiler = profiling::Profiler::open(std::move(options));
  if (!profiler) return tl::unexpected(profiler.error());
  profiler_ = std::move(*profiler);
  auto reporter = base::Thread::start("pyroscope/names", [this] { report(); });
  if (!reporter) return tl::unexpected(reporter.error());
  reporter_ = std::move(*reporter);
  auto sampler =
      base::Thread::start("pyroscope/cpu", [this](const std::stop_token& stop) { sample(stop); });
  if (!sampler) return tl::unexpected(sampler.error());
  sampler_ = std::move(*sampler);
  return {};
}

Session::~Session() {
  stopping_.request_stop();
  sampler_.request_stop();
  {
    base::Lock lock(mutex_);
    is_closed_ = true;
  }
  changed_.notify_all();
  sampler_.join();
  reporter_.join();
}

void Session::sample(const std::stop_token& stop) {
  const io::StopEvent wake(stop);
  profiling::Counters before;
  // Ticks keep their distance whatever the work in between takes.
  for (auto tick = Clock::now() + settings_.collect_interval; !stop.stop_requested();) {
    profiler_->run_until(tick, wake.fd());
    if (targets_changed_.exchange(false)) profiler_->ask_again();
    if (Clock::now() < tick) continue;
    while (tick <= Clock::now()) tick += settings_.collect_interval;
    profiling::Window window = profiler_->take();
    metrics_.add(window.counters, before);
    before = window.counters;
    if (!window.processes.empty()) hand_over(std::move(window));
  }
}

void Session::hand_over(profiling::Window window) {
  {
    base::Lock lock(mutex_);
    if (windows_.size() >= kWindowsMax) {
      metrics_.drop(windows_.front());
      windows_.pop_front();
    }
    windows_.push_back(std::move(window));
  }
  changed_.notify_all();
}

void Session::report() {
  while (true) {
    profiling::Window window;
    {
      base::Lock lock(mutex_);
      changed_.wait(mutex_,
                    [&]() REQUIRES_LOCK(mutex_) { return is_closed_ || !windows_.empty(); });
      if (is_closed_) return;
      window = std::move(windows_.front());
      windows_.pop_front();
    }
    telemetry::ProfileBatch batch = batch_of(window);
    if (batch.profiles.empty()) continue;
    metrics_.flow.send(batch.profiles.size());
    next_.receive(std::move(batch));
  }
}

telemetry::ProfileBatch Session::batch_of(const profiling::Window& window) {
  telemetry::ProfileBatch batch;
  batch.stop = stopping_.get_token();
  const auto targets = targets_.get();
  // Processes of one target are one profile: backends would add them up.
  std::unordered_map<telemetry::Labels, std::vector<profiling::Profile>, telemetry::LabelsHash>
      by_labels;
  for (profiling::Profile& profile : symbolizer_.resolve(window, batch.stop)) {
    // Nothing: its target has vanished since the samples were taken.
    if (const auto labels = targets->find(profile.pid, profile.cgroups))
      by_labels[*labels].push_back(std::move(profile));
  }
  for (const auto& [labels, profiles] : by_labels) {
    const profiling::PprofOptions options{.with_pids = settings_.with_pids,
                                          .samples_max = kSamplesMax,
                                          .bytes_max = kProfileBytesMax};
    for (profiling::Pprof& one : profiling::as_pprofs(profiles, options)) {
      metrics_.add_profile(std::string(labels.get("service_name")), one.body.size(), one.samples);
      telemetry::Profile made_profile;
      made_profile.labels = labels;
      made_profile.body = std::make_shared<const std::string>(std::move(one.body));
      batch.profiles.push_back(std::move(made_profile));
    }
  }
  metrics_.flow.receive(batch.profiles.size());
  return batch;
}

}  // namespace components::pyroscope::ebpf
