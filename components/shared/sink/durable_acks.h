#pragma once
#include <cstdint>
#include <deque>
#include <utility>

#include "base/mutex.h"
#include "io/segment_log/options.h"
#include "telemetry/ack.h"

namespace components::sink {

/// The acks of batches that were appended to a log and are not known to be durable yet. Thread
/// safe.
class DurableAcks {
 public:
  /// For the next append, by which the record gets this sequence; in order.
  void hold(uint64_t sequence, telemetry::Ack ack) {
    base::Lock lock(mutex_);
    held_.emplace_back(sequence, std::move(ack));
  }
  /// That append failed.
  void take_back() {
    std::pair<uint64_t, telemetry::Ack> forgotten;  // Let go of without the lock.
    base::Lock lock(mutex_);
    forgotten.swap(held_.back());
    held_.pop_back();
  }
  /// Lets go of those up to commit.last. Not durable: they are abandoned, for the records may be
  /// there after a power cut or not; who can send them again does, and some then come twice.
  void committed(const io::segment_log::Commit& commit) {
    for (auto done = take(commit.last); !done.empty(); done.pop_front())
      if (!commit.is_durable) done.front().second.abandon();
  }

 private:
  using Held = std::deque<std::pair<uint64_t, telemetry::Ack>>;

  Held take(uint64_t through) {
    Held taken;
    base::Lock lock(mutex_);
    while (!held_.empty() && held_.front().first <= through) {
      taken.push_back(std::move(held_.front()));
      held_.pop_front();
    }
    return taken;
  }

  base::Mutex mutex_;
  Held held_ GUARDED_BY(mutex_);
};

}  // namespace components::sink
