#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace components {

/// Bounds the bytes of a source that are under way and not acknowledged. Thread safe.
class Budget {
 public:
  explicit Budget(size_t bytes_max);
  ~Budget();

  /// Takes a share, to be held by the batch's ack; it returns to the budget when the last holder
  /// lets go, also after this object is gone. Waits while the budget is spent; those who wait are
  /// served in order, so a large batch is not overtaken by small ones for ever. A batch larger than
  /// the whole budget passes when nothing else is under way. nullptr after close().
  std::shared_ptr<const void> take(size_t bytes);
  /// Ends the waiting, now and later.
  void close();
  size_t taken() const;
  /// Threads that wait in take().
  size_t waiting() const;

 private:
  struct State;
  class Share;
  std::shared_ptr<State> state_;
};

/// Timestamps for entries that bring none. Backends take two entries with equal labels, time and
/// text for one, so each entry gets a nanosecond of its own, in order. One thread.
class Stamps {
 public:
  /// The first of `count` consecutive timestamps, in ns since the epoch; asks the clock once.
  int64_t take(size_t count) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const int64_t first = std::max<int64_t>(std::chrono::nanoseconds(now).count(), next_);
    next_ = first + static_cast<int64_t>(count);
    return first;
  }

 private:
  int64_t next_ = 0;
};

}  // namespace components
