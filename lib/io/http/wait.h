#pragma once
#include <poll.h>

#include <chrono>
#include <optional>
#include <span>
#include <stop_token>

#include "base/result.h"
#include "io/wake.h"

namespace io::http {

/// What bounds one blocking call: a moment in time and a stop request. The stop request writes to
/// an eventfd, so a thread that sleeps in poll(2) wakes at once and nobody polls.
class Wait {
 public:
  using Clock = std::chrono::steady_clock;

  Wait(Clock::time_point until, std::stop_token stop);
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;

  /// Sleeps until the descriptor is ready for `events` (POLLIN, POLLOUT) or has failed; an error
  /// when the time is over or stop was requested first.
  base::Result<void> ready(int fd, short events) const;
  /// The same for several descriptors, at most until `until`: false when that came first. The
  /// entries' revents are set.
  base::Result<bool> any_ready(std::span<pollfd> descriptors, Clock::time_point until) const;

  /// An error when the time is over or stop was requested. For who need not sleep, because there is
  /// always something to read.
  base::Result<void> check() const;
  /// From now on only the stop request bounds the call.
  void forget_time() { until_ = Clock::time_point::max(); }
  /// The call is over, whatever is tried next.
  bool over() const { return stop_.stop_requested() || Clock::now() >= until_; }
  Clock::time_point until() const { return until_; }
  const std::stop_token& stop() const { return stop_; }

 private:
  Clock::time_point until_;
  std::stop_token stop_;
  std::optional<StopEvent> stopped_;
};

}  // namespace io::http
