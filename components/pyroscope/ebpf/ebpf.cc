#include "components/pyroscope/ebpf/ebpf.h"

#include "components/shared/batches.h"
#include "profiling/privileges.h"

namespace components::pyroscope::ebpf {

Ebpf::Ebpf(Context context, const Arguments& arguments)
    : context_(std::move(context)), metrics_(context_.metrics) {
  take(arguments);
}

void Ebpf::take(const Arguments& arguments) {
  next_.set(receivers_of(arguments.forward_to));
  auto index = std::make_shared<const TargetIndex>(arguments.targets, arguments.targets_only);
  metrics_.set_targets(index->size());
  is_needed_ = !arguments.lazy_mode || index->size() > 0;
  targets_.set(std::move(index));
  settings_ = {
      .collect_interval = arguments.collect_interval.value,
      .rate_hz = static_cast<int>(arguments.sample_rate),
      .demangle = profiling::demangle_of(arguments.demangle).value_or(profiling::Demangle::none),
      .with_kernel = arguments.kernel_frames,
      .with_pids = arguments.pid_label};
}

base::Result<void> Ebpf::start() {
  is_started_ = true;
  return run();
}

base::Result<void> Ebpf::run() {
  if (session_ || !is_needed_) return {};
  auto session = Session::begin(settings_, targets_, next_, metrics_);
  if (!session) return tl::unexpected(session.error());
  session_ = std::move(*session);
  for (const std::string& missing : what_is_partial(profiling::own_privileges()))
    context_.log.info("{}", missing);
  return {};
}

base::Result<void> Ebpf::update(const Arguments& arguments) {
  const SessionSettings before = settings_;
  take(arguments);
  if (settings_ != before) session_.reset();
  if (session_) session_->ask_again();
  return is_started_ ? run() : base::Result<void>();
}

Health Ebpf::health() const {
  if (session_ || is_needed_) return {Health::State::healthy, {}};
  return {Health::State::healthy, "waits for a target (lazy_mode)"};
}

}  // namespace components::pyroscope::ebpf
