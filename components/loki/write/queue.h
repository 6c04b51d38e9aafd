#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <stop_token>

#include "base/mutex.h"
#include "components/loki/write/metrics.h"
#include "telemetry/log_batch.h"

namespace components::loki::write {

using sink::Clock;
using BatchPtr = std::shared_ptr<const telemetry::LogBatch>;

/// The batches on their way to one endpoint, between the threads of the sources and the endpoint's
/// sender. Bounded in bytes: what the sender holds in unfinished requests counts until it is
/// settled, so a dead endpoint's memory stays under the bound. A batch larger than the whole bound
/// goes alone. The sender sleeps without a timeout while there is nothing to do, and is woken for a
/// full request or a due one, not for each batch. Thread safe; one sender.
class Queue {
 public:
  struct Item {
    BatchPtr batch;
    Clock::time_point arrived;
  };
  enum class Push { taken, full, closed };

  /// Counts what it takes as waiting; the sender takes it off when it is delivered or dropped.
  Queue(size_t capacity, Metrics& metrics);
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
  /// Takes nothing from now on; wakes everybody.
  void close();

  // For the sender.
  enum class Wake { work, has_waiters, closed };
  /// Sleeps until `wanted` bytes wait, the oldest waiting batch is `age_max` old, `due` has come,
  /// a source waits for room, or the queue is closed.
  Wake wait(size_t wanted, std::chrono::nanoseconds age_max, Clock::time_point due);
  std::optional<Item> pop();
  /// What the sender holds from now on, in bytes.
  void settle(size_t in_hand);
  bool closed() const;

 private:
  /// A source in push(). It sleeps on its own condition, so that room wakes only those who get it.
  struct Waiter {
    const BatchPtr& batch;
    size_t cost;
    bool taken = false;
    base::Condition woken;
  };

  bool has_room(size_t cost) const REQUIRES_LOCK(mutex_);
  void enqueue(const BatchPtr& batch, size_t cost) REQUIRES_LOCK(mutex_);
  /// Takes the batches of waiting sources, in the order in which they came, as far as there is
  /// room.
  void admit() REQUIRES_LOCK(mutex_);
  void show() REQUIRES_LOCK(mutex_);

  Metrics& metrics_;
  mutable base::Mutex mutex_;
  base::Condition for_sender_;
  std::deque<Item> items_ GUARDED_BY(mutex_);
  size_t capacity_ GUARDED_BY(mutex_);
  size_t queued_ GUARDED_BY(mutex_) = 0;   ///< cost of items_
  size_t in_hand_ GUARDED_BY(mutex_) = 0;  ///< what the sender holds
  size_t wanted_ GUARDED_BY(mutex_) = 0;
  std::list<Waiter*> waiters_ GUARDED_BY(mutex_);  ///< first come, first served
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace components::loki::write
