#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>

#include "base/metrics.h"
#include "base/mutex.h"
#include "telemetry/log_batch.h"

namespace components::loki::write {

using Clock = std::chrono::steady_clock;
using BatchPtr = std::shared_ptr<const telemetry::LogBatch>;

/// The batches on their way to one endpoint, between the threads of the sources and the endpoint's
/// sender. Bounded in bytes: what the sender holds in unfinished requests counts until it is
/// settled, so a dead endpoint's memory stays under the bound. A batch larger than the whole bound
/// goes alone. The sender sleeps without a clock while there is nothing to do, and is woken for a
/// full request or a due one, not for each batch. Thread safe; one sender.
class Queue {
 public:
  struct Item {
    BatchPtr batch;
    Clock::time_point arrived;
  };
  enum class Push { taken, full, closed };

  /// Shows on the gauges what it holds; entries are taken off by who settles them.
  Queue(size_t capacity, std::shared_ptr<base::metrics::Gauge> bytes_gauge,
        std::shared_ptr<base::metrics::Gauge> entries_gauge);
  ~Queue();  ///< abandons what is still in it
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  /// Memory that a batch stands for.
  static size_t cost(const telemetry::LogBatch& batch);

  // For sources.
  Push try_push(const BatchPtr& batch);
  /// Blocks while the queue is full; `closed` also when the batch's own stop is requested.
  Push push(const BatchPtr& batch);

  // For the control thread.
  void set_capacity(size_t bytes);
  /// Ends sleep_until() early: something has changed.
  void poke();
  /// Takes nothing from now on; wakes everybody.
  void close();

  // For the sender.
  enum class Wake { work, crowded, closed };
  /// Sleeps until `wanted` bytes wait, the oldest waiting batch is `age_max` old, `due` has come,
  /// a source waits for room (crowded), or the queue is closed.
  Wake wait(size_t wanted, std::chrono::nanoseconds age_max, Clock::time_point due);
  std::optional<Item> pop();
  /// What the sender holds from now on, in bytes.
  void settle(size_t in_hand);
  /// Returns at `until`, or earlier after poke() or close().
  void sleep_until(Clock::time_point until);
  bool closed() const;

 private:
  bool has_room(size_t cost) const REQUIRES_LOCK(mutex_);
  void enqueue(const BatchPtr& batch, size_t cost) REQUIRES_LOCK(mutex_);
  void show() REQUIRES_LOCK(mutex_);

  std::shared_ptr<base::metrics::Gauge> bytes_gauge_;
  std::shared_ptr<base::metrics::Gauge> entries_gauge_;
  mutable base::Mutex mutex_;
  base::Condition for_sender_;
  base::Condition for_sources_;
  std::deque<Item> items_ GUARDED_BY(mutex_);
  size_t capacity_ GUARDED_BY(mutex_);
  size_t queued_ GUARDED_BY(mutex_) = 0;   ///< cost of items_
  size_t in_hand_ GUARDED_BY(mutex_) = 0;  ///< what the sender holds
  size_t shown_ GUARDED_BY(mutex_) = 0;    ///< our part of the gauge, which others may share
  size_t wanted_ GUARDED_BY(mutex_) = 0;
  int waiting_ GUARDED_BY(mutex_) = 0;  ///< sources in push()
  bool poked_ GUARDED_BY(mutex_) = false;
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace components::loki::write
