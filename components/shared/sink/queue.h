#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "components/shared/memory.h"
#include "components/shared/sink/codec.h"
#include "components/shared/sink/metrics.h"
#include "components/shared/sink/room.h"

namespace components::sink {

/// The batches on their way to one endpoint, between the threads of the sources and the batcher.
/// Bounded in bytes by lane (room.h): what is in requests counts until it is settled, so a dead
/// endpoint's memory stays under the bound, and a dead lane leaves room for the others. A batch is
/// taken when each of its lanes has room, and the memory of all queues is not used up (memory.h).
/// Thread safe; one batcher.
class Queue {
 public:
  enum class Push { taken, full, closed };
  struct Waiting {
    BatchPtr batch;
    Clock::time_point arrived;
  };

  /// Counts what it takes as waiting; who settles it takes it off.
  Queue(size_t capacity, Metrics& metrics);
  ~Queue();  ///< abandons what is still in it
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  // For sources. The batch is moved from when it was taken.

  Push try_push(BatchPtr& batch);
  /// Blocks while one of the lanes is full, but not after `until`; `closed` also when the batch's
  /// stop is requested.
  Push push(BatchPtr& batch, Clock::time_point until = Clock::time_point::max());
  /// Which of these have no room now.
  std::vector<Share> without_room(const std::vector<Share>& shares) const;
  bool is_closed() const;
  /// How long nothing of a lane was delivered or dropped.
  struct Silence {
    Clock::time_point since;         ///< max(): it holds nothing
    bool have_others_moved = false;  ///< something of another lane was, after that
  };
  Silence silence_of(const std::string& lane) const;

  // For one who waits for room in several lanes.

  /// A number that changes when there may be room, when the queue is closed, and by wake().
  uint64_t news() const;
  /// Until it is another one than `seen`, or it is time.
  void wait_for_news(uint64_t seen, const std::stop_token& stop, Clock::time_point until);
  void wake();

  // For the control thread.

  void set_capacity(size_t bytes);
  /// Takes nothing from now on; wakes everybody.
  void close();

  // For the batcher.

  enum class Wake { work, pressure, closed };
  /// Sleeps until `wanted` bytes wait, or something that a client awaits; `due` has come while
  /// something waits or `has_open`; a source finds no room (pressure); or the queue is closed. With
  /// `until_settled` also when something was settled since the last such call.
  Wake wait(size_t wanted, Clock::time_point due, bool has_open, bool until_settled);
  std::optional<Waiting> take();
  /// The lanes without room that sources have met since the last call.
  std::set<std::string> take_pressed();

  /// This much of the lane was delivered or dropped. Any thread.
  void settle(const std::string& lane, const Amount& amount);

 private:
  /// A source in push(). It sleeps on its own condition, so that room wakes only those who get it.
  struct Sleeper {
    explicit Sleeper(BatchPtr& what) : batch(what) {}
    BatchPtr& batch;
    bool taken = false;
    base::Condition woken;
  };
  /// Lanes that somebody waits for: who came later does not get their room.
  using Claims = std::vector<std::string>;

  bool may_enter(const Share& share, const Claims& claims) const REQUIRES_LOCK(mutex_);
  bool may_enter(const Batch& batch, const Claims& claims) const REQUIRES_LOCK(mutex_);
  void claim(const Batch& batch, Claims& claims) const REQUIRES_LOCK(mutex_);
  Claims claims() const REQUIRES_LOCK(mutex_);
  void enqueue(BatchPtr& batch) REQUIRES_LOCK(mutex_);
  bool is_worth_waking(size_t wanted) const REQUIRES_LOCK(mutex_);
  /// Takes the batches of sleeping sources, in the order in which they came, as far as there is
  /// room.
  void admit() REQUIRES_LOCK(mutex_);
  /// A source finds these full: their open requests must not wait to become full.
  void press(const Claims& claims) REQUIRES_LOCK(mutex_);
  void make_news() REQUIRES_LOCK(mutex_);
  void show() REQUIRES_LOCK(mutex_);

  Metrics& metrics_;
  mutable base::Mutex mutex_;
  base::Condition for_batcher_;
  base::Condition for_news_;
  uint64_t news_ GUARDED_BY(mutex_) = 0;
  std::deque<Waiting> batches_ GUARDED_BY(mutex_);
  Room room_ GUARDED_BY(mutex_);
  MemoryShare memory_{Memory::of_process(), Memory::Use::queues};
  size_t queued_ GUARDED_BY(mutex_) = 0;        ///< cost of batches_
  bool is_awaited_ GUARDED_BY(mutex_) = false;  ///< one of batches_ may be, by a client
  size_t wanted_ GUARDED_BY(mutex_) = 0;
  Clock::time_point settled_at_ GUARDED_BY(mutex_);  ///< last time
  std::list<Sleeper*> sleepers_ GUARDED_BY(mutex_);
  std::set<std::string> pressed_ GUARDED_BY(mutex_);
  bool wants_settled_ GUARDED_BY(mutex_) = false;
  bool is_settled_ GUARDED_BY(mutex_) = false;
  bool is_closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace components::sink
