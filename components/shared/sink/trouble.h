#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/mutex.h"
#include "components/component.h"
#include "components/shared/sink/answer.h"
#include "components/shared/sink/request.h"
#include "components/shared/sink/settings.h"

namespace components::sink {

/// Lets something be logged at most once a minute.
class LogLimiter {
 public:
  /// How often it happened since it was last logged, this time included; 0: keep quiet now.
  uint64_t due(Clock::time_point now) {
    ++count_;
    if (now < next_) return 0;
    next_ = now + std::chrono::minutes(1);
    return std::exchange(count_, 0);
  }

 private:
  Clock::time_point next_;
  uint64_t count_ = 0;
};

/// What an endpoint has to complain about: tells the log, seldom, and the component's health. It is
/// unhealthy while a lane fails, and after a drop until something is accepted. Thread safe.
class Trouble {
 public:
  explicit Trouble(base::Logger log) : log_(std::move(log)) {}

  /// A part was accepted after so many tries that failed.
  void accepted(const LaneId& lane, const Settings& settings, int64_t failures);
  /// A try failed, and there will be another one.
  void failed(const LaneId& lane, const Settings& settings, int64_t failures, Action action,
              const std::string& message);
  void dropped(const LaneId& lane, const Settings& settings, const Lost& lost,
               const std::string& message);
  Health health() const;

 private:
  mutable base::Mutex mutex_;
  const base::Logger log_;
  std::map<LaneId, std::string> failing_ GUARDED_BY(mutex_);
  std::string dropped_ GUARDED_BY(mutex_);  ///< the last drop, unless something was accepted since
  LogLimiter failures_ GUARDED_BY(mutex_);
  LogLimiter drops_ GUARDED_BY(mutex_);
};

}  // namespace components::sink
