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
    posted_.push_back(std::move(task));
  }
  wake_.notify();
}

void ControlLoop::after(std::chrono::milliseconds delay, Task task) {
  timers_.emplace(Clock::now() + delay, std::move(task));
}

void ControlLoop::run() {
  while (!quitting_) {
    pollfd waits[] = {{wake_.fd(), POLLIN, 0}, {signal_fd_.get(), POLLIN, 0}};
    const int ready = ::poll(waits, 2, poll_timeout_ms());
    ENSURE(ready >= 0 || errno == EINTR);
    if (waits[1].revents & POLLIN) read_signals();
    run_posted();
    run_due();
  }
}

void ControlLoop::quit() {
  post([this] { quitting_ = true; });
}

void ControlLoop::run_posted() {
  wake_.clear();
  std::vector<Task> tasks;
  {
    base::Lock lock(mutex_);
    tasks.swap(posted_);
  }
  for (const Task& task : tasks) task();
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
