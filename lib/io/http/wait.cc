#include "io/http/wait.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <vector>

namespace io::http {

Wait::Wait(Clock::time_point until, std::stop_token stop) : until_(until), stop_(std::move(stop)) {
  if (stop_.stop_possible()) stopped_.emplace(stop_);
}

base::Result<void> Wait::ready(int fd, short events) const {
  pollfd descriptor{fd, events, 0};
  const auto any = any_ready({&descriptor, 1}, Clock::time_point::max());
  if (!any) return tl::unexpected(any.error());
  return {};
}

base::Result<void> Wait::check() const {
  if (stop_.stop_requested()) return base::fail("stopped");
  if (Clock::now() >= until_) return base::fail("timeout");
  return {};
}

base::Result<bool> Wait::any_ready(std::span<pollfd> descriptors, Clock::time_point until) const {
  std::vector<pollfd> polled(descriptors.begin(), descriptors.end());
  polled.push_back({stopped_ ? stopped_->fd() : -1, POLLIN, 0});
  for (;;) {
    if (stop_.stop_requested()) return base::fail("stopped");
    const auto end = std::min(until, until_);
    int timeout_ms = -1;
    if (end != Clock::time_point::max()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
      if (left <= 0 && until_ <= until) return base::fail("timeout");
      if (left <= 0) return false;
      timeout_ms = static_cast<int>(std::min<int64_t>(left, std::numeric_limits<int>::max()));
    }
    const int count = ::poll(polled.data(), polled.size(), timeout_ms);
    if (count < 0 && errno != EINTR) return base::fail_errno("poll", errno);
    if (count <= 0 || stop_.stop_requested()) continue;
    std::copy(polled.begin(), polled.end() - 1, descriptors.begin());
    if (std::ranges::any_of(descriptors, [](const pollfd& d) { return d.revents != 0; }))
      return true;
  }
}

}  // namespace io::http
