#pragma once
#include <cstdint>
#include <stop_token>

#include "base/mutex.h"

namespace components::loki::source_docker {

/// Breaks a blocking call off from another thread, so that its thread looks around. A raise that
/// comes between two calls breaks the next one off: arm() compares the number of raises with what
/// the caller saw before it looked around. Thread safe.
class Interrupt {
 public:
  uint64_t raises() const {
    base::Lock lock(mutex_);
    return raises_;
  }

  /// The stop source of the next call; already stopped when somebody raised since `seen`.
  std::stop_source arm(uint64_t seen) {
    base::Lock lock(mutex_);
    current_ = std::stop_source();
    if (raises_ != seen) current_.request_stop();
    return current_;
  }

  void raise() {
    base::Lock lock(mutex_);
    ++raises_;
    current_.request_stop();
  }

 private:
  mutable base::Mutex mutex_;
  uint64_t raises_ GUARDED_BY(mutex_) = 0;
  std::stop_source current_ GUARDED_BY(mutex_);
};

}  // namespace components::loki::source_docker
