#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <stop_token>
#include <string_view>
#include <utility>

#include "base/mutex.h"
#include "base/result.h"
#include "base/thread.h"
#include "components/shared/memory.h"
#include "telemetry/batch.h"
#include "telemetry/flow.h"

namespace components {

/// Between a source's thread and its receivers: batches wait here, and a thread of the outbox hands
/// them over in order. Receivers block while a sink is slow or down; a source that observes the
/// world (listeners, rotations, reloads) must not, so it only stops *reading* while the outbox has
/// no room: it is full, or the memory of all queues is used up (memory.h).
///
/// put() and has_room() are for the threads of the source, the rest for the thread that owns it.
template <class Batch>
class Outbox {
 public:
  /// Enough for the sink's side to go on while the source gathers the next batch, and no more: what
  /// a backend does not take yet belongs into the queue of the sink.
  static constexpr size_t kBytesMax = 2 << 20;

  /// What is handed over counts as sent in `flow`. `on_room` is called when half of the room is
  /// free again after there was none, on the thread of the outbox; null: nobody waits for that.
  Outbox(telemetry::Flow flow, std::function<void()> on_room, size_t bytes_max = kBytesMax);
  ~Outbox() { stop(); }
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  /// The `forward_to` of the component; may change while batches wait.
  void set_receivers(telemetry::Receivers<Batch> receivers) { fanout_.set(std::move(receivers)); }
  /// `name`: of the thread. Fails when there is none to be had.
  base::Result<void> start(std::string_view name);
  /// Hands over what waits as long as receivers take it without delay, 250 ms at most. Then they
  /// give up what they block on, and the rest is abandoned. Waits for the thread. Afterwards put()
  /// abandons.
  void stop();
  /// The first part of it, without waiting: who stops several outboxes begins with all of them.
  void begin_stop();

  /// Whether the source should read on. When not, it is notified later.
  bool has_room();
  /// Never blocks: a source that asked has_room() before it read exceeds the bound by one batch.
  void put(Batch batch);

 private:
  struct Waiting {
    Batch batch;
    base::metrics::Age::Clock::time_point since;
  };

  void run();
  void wait_for_end();
  void show_waiting(double entries, double bytes) const;

  MemoryShare memory_{Memory::of_process(), Memory::Use::outboxes};
  const telemetry::Flow flow_;
  const telemetry::Flow::Gauge buffered_ = flow_.buffered();
  const telemetry::Flow::Gauge buffered_bytes_ = flow_.buffered_bytes();
  const telemetry::Flow::Age lag_ = flow_.lag();
  const std::function<void()> on_room_;
  const size_t bytes_max_;
  telemetry::Fanout<Batch> fanout_;
  std::stop_source stopping_;
  std::atomic<size_t> held_bytes_{0};  ///< waiting, or being handed over
  std::atomic<bool> room_is_wanted_{false};

  base::Mutex mutex_;
  base::Condition changed_;
  std::deque<Waiting> waiting_ GUARDED_BY(mutex_);
  uint64_t handed_over_ GUARDED_BY(mutex_) = 0;
  bool closed_ GUARDED_BY(mutex_) = false;
  std::chrono::steady_clock::time_point give_up_at_ GUARDED_BY(mutex_);  ///< once closed
  bool finished_ GUARDED_BY(mutex_) = false;
  base::Thread thread_;
};

}  // namespace components
