#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace components {

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
