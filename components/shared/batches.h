#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "components/shared/capsules.h"
#include "telemetry/batch.h"

/// What components that make batches, or pass them on, have in common.
namespace components {

/// What `forward_to` names, for a Fanout. A null reference is a component that failed to evaluate:
/// what would go there is left out, and its health says so.
template <class Batch>
telemetry::Receivers<Batch> receivers_of(
    const std::vector<river::schema::CapsuleRef<telemetry::Receiver<Batch>>>& forward_to) {
  telemetry::Receivers<Batch> receivers;
  for (const auto& receiver : forward_to)
    if (receiver.pointer) receivers.push_back(receiver.pointer);
  return receivers;
}

/// Timestamps for entries that bring none. Backends take two entries with equal labels, time and
/// text for one, so each entry gets a nanosecond of its own, in order. After the clock was set back
/// by more than a second, time goes on from there: backends refuse entries of the future. One
/// thread.
class UniqueTimestamps {
 public:
  /// The first of `count` consecutive timestamps, in ns since the epoch; asks the clock once.
  int64_t take(size_t count) {
    const std::chrono::nanoseconds now = std::chrono::system_clock::now().time_since_epoch();
    return take(count, now.count());
  }
  /// The same, with what the clock says.
  int64_t take(size_t count, int64_t now_ns) {
    constexpr int64_t kSetBackNs = 1'000'000'000;  // No count of entries runs ahead so far.
    const int64_t first = next_ - now_ns > kSetBackNs ? now_ns : std::max(now_ns, next_);
    next_ = first + static_cast<int64_t>(count);
    return first;
  }

 private:
  int64_t next_ = 0;
};

}  // namespace components
