#include "components/discovery/shared/poller.h"

#include <algorithm>
#include <utility>

namespace components::discovery {

void Poller::start() {
  base::Lock lock(mutex_);
  timer_.set(io::Timer::Clock::now(), [self = shared_from_this()] { self->look(); });
}

/// The lock is held meanwhile, so that nothing is handed on after stop().
void Poller::look() {
  base::Lock lock(mutex_);
  if (is_stopped_) return;
  Found found = options_.look();
  if (found.targets) options_.on_targets(std::move(*found.targets));
  if (found.problem.empty()) {
    health_ = {Health::State::healthy, {}};
  } else if (health_.message != found.problem) {
    options_.failures->add(1);
    options_.log.warn("{}", found.problem);
    health_ = {Health::State::unhealthy, std::move(found.problem)};
  }
  const auto pause = std::min<std::chrono::nanoseconds>(options_.interval, io::kWaitMax);
  timer_.set(io::Timer::Clock::now() + pause, [self = shared_from_this()] { self->look(); });
}

void Poller::stop() {
  base::Lock lock(mutex_);
  is_stopped_ = true;
  timer_.cancel();
}

Health Poller::health() const {
  base::Lock lock(mutex_);
  return health_;
}

}  // namespace components::discovery
