#include "io/http/wait.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace io::http {

void Wait::Wake::operator()() const {
  const uint64_t one = 1;
  // An eventfd takes this unless its count is about to overflow, and then it is readable anyway.
  [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof one);
}

Wait::Wait(Clock::time_point until, std::stop_token stop) : until_(until), stop_(std::move(stop)) {
  if (!stop_.stop_possible()) return;
  wake_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_fd_ >= 0) callback_.emplace(stop_, Wake{wake_fd_});
}

Wait::~Wait() {
  callback_.reset();
  if (wake_fd_ >= 0) ::close(wake_fd_);
}

base::Result<void> Wait::ready(int fd, short events) const {
  pollfd polled[2] = {{fd, events, 0}, {wake_fd_, POLLIN, 0}};
  for (;;) {
    if (stop_.stop_requested()) return base::fail("stopped");
    int timeout_ms = -1;
    if (until_ != Clock::time_point::max()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - Clock::now()).count();
      if (left <= 0) return base::fail("timeout");
      timeout_ms = static_cast<int>(std::min<int64_t>(left, std::numeric_limits<int>::max()));
    }
    const int count = ::poll(polled, wake_fd_ >= 0 ? 2 : 1, timeout_ms);
    if (count < 0 && errno != EINTR) return base::fail_errno("poll", errno);
    if (count > 0 && polled[0].revents != 0 && !stop_.stop_requested()) return {};
  }
}

}  // namespace io::http
