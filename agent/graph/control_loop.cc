#include "agent/graph/control_loop.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/ensure.h"

namespace agent::graph {

ControlLoop::ControlLoop() {
  ENSURE(wake_.fd() >= 0);
}

base::Result<void> ControlLoop::handle_signals(const std::vector<int>& signals,
                                               std::function<void(int)> handler) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : signals) ::sigaddset(&set, signal);
  if (const int code = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); code != 0)
    return base::fail_errno("cannot block signals", code);
  signal_fd_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signal_fd_) return base::fail_errno("cannot receive signals", errno);
  on_signal_ = std::move(handler);
  return {};
}

void ControlLoop::post(Task task) {
  {
    base::Lock lock(mutex_);
    posted_.push_back({std::move(task), nullptr});
  }
  wake_.notify();
}

bool ControlLoop::call(Task task, std::chrono::milliseconds patience) {
  const auto call = std::make_shared<Call>();
  base::Lock lock(mutex_);
  if (is_closed_) return false;
  posted_.push_back({std::move(task), call});
  wake_.notify();
  call_ended_.wait_for(mutex_, patience, [&] { return call->is_done || call->is_refused; });
  return call->is_done;
}

void ControlLoop::close_to_questions() {
  base::Lock lock(mutex_);
  is_closed_ = true;
  for (const Posted& posted : posted_)
    if (posted.call) posted.call->is_refused = true;
  std::erase_if(posted_, [](const Posted& posted) { return posted.call != nullptr; });
  call_ended_.notify_all();
}

void ControlLoop::open_to_questions() {
  base::Lock lock(mutex_);
  is_closed_ = false;
}

void ControlLoop::after(std::chrono::milliseconds delay, Task task) {
  timers_.emplace(Clock::now() + delay, std::move(task));
}

void ControlLoop::run() {
  while (!quitting_) {
    pollfd waits[] = {{wake_.fd(), POLLIN, 0}, {signal_fd_.get(), POLLIN, 0}};
    const int ready = ::poll(waits, 2, poll_timeout_ms());
    ENSURE(ready >= 0 || errno == EINTR);
    const auto woken = Clock::now();
    if (waits[1].revents & POLLIN) read_signals();
    run_posted();
    run_due();
    longest_turn_ = std::max<std::chrono::nanoseconds>(longest_turn_, Clock::now() - woken);
  }
}

void ControlLoop::quit() {
  post([this] { quitting_ = true; });
}

std::optional<ControlLoop::Posted> ControlLoop::next_posted() {
  base::Lock lock(mutex_);
  if (posted_.empty()) return std::nullopt;
  Posted next = std::move(posted_.front());
  posted_.pop_front();
  return next;
}

void ControlLoop::run_posted() {
  wake_.clear();
  size_t count = 0;
  {
    base::Lock lock(mutex_);
    count = posted_.size();
  }
  // Not those that come meanwhile: signals and timers have their turn, too.
  for (; count > 0; --count) {
    const auto next = next_posted();
    if (!next) break;
    next->task();
    if (!next->call) continue;
    base::Lock lock(mutex_);
    next->call->is_done = true;
    call_ended_.notify_all();
  }
  base::Lock lock(mutex_);
  if (!posted_.empty()) wake_.notify();
}

void ControlLoop::run_due() {
  while (!timers_.empty() && timers_.begin()->first <= Clock::now()) {
    auto due = timers_.extract(timers_.begin());
    due.mapped()();
  }
}

int ControlLoop::poll_timeout_ms() const {
  if (timers_.empty()) return -1;
  const auto left = timers_.begin()->first - Clock::now();
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<int64_t>(ms, 0, 60'000));
}

void ControlLoop::read_signals() {
  signalfd_siginfo info{};
  while (::read(signal_fd_.get(), &info, sizeof info) == sizeof info)
    on_signal_(static_cast<int>(info.ssi_signo));
}

}  // namespace agent::graph
