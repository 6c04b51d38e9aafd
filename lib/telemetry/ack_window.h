#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "telemetry/ack.h"

namespace telemetry {

/// Turns acks that resolve in any order into one position that only moves forward: how far a stream
/// has been delivered without a gap. A source issues one ack per batch in reading order; a batch
/// that is delivered while an earlier one is still under way waits for it.
///
/// An abandoned batch stops the advance for good: what follows can never be part of the contiguous
/// prefix. A source that goes on living then reads again from the last delivered position with a
/// new window. Position is std::string (a cursor) or uint64_t (an offset).
///
/// Thread safe. Issued acks may outlive the window; they keep reporting until detach().
template <class Position>
class AckWindow {
 public:
  /// Called with each new end of the delivered prefix, in order, with the window's lock held: be
  /// quick, do not block, do not call the window. Runs on the thread that let go of the batch.
  using Advance = std::function<void(const Position& position)>;

  /// Called once, when the first batch was abandoned, so that a source that sleeps reads again. On
  /// the thread that let go of it, without the window's lock, perhaps while detach() returns: be
  /// quick, and own what is used.
  using OnBroken = std::function<void()>;

  explicit AckWindow(Advance advance, OnBroken on_broken = nullptr)
      : state_(std::make_shared<State>(std::move(advance), std::move(on_broken))) {}

  /// The token of the next batch; `position` is where reading resumes once it is delivered.
  Ack issue(Position position);

  /// Some batch was abandoned; the position will not move any more.
  bool broken() const;

  /// Number of batches that are neither delivered nor abandoned yet.
  size_t pending() const;

  /// Ends reporting: after it returns, `advance` is not called again.
  void detach();

 private:
  struct Slot {
    Position position;
    bool delivered = false;
  };
  struct State {
    State(Advance a, OnBroken b) : advance(std::move(a)), on_broken(std::move(b)) {}
    void resolve(uint64_t number, bool delivered) EXCLUDES_LOCK(mutex);
    void advance_to(uint64_t number, bool delivered) REQUIRES_LOCK(mutex);

    mutable base::Mutex mutex;
    Advance advance GUARDED_BY(mutex);
    OnBroken on_broken GUARDED_BY(mutex);
    std::deque<Slot> slots GUARDED_BY(mutex);  // In issue order, from the first open one on.
    uint64_t first GUARDED_BY(mutex) = 0;      // Number of slots.front().
    bool broken GUARDED_BY(mutex) = false;
  };

  std::shared_ptr<State> state_;
};

extern template class AckWindow<std::string>;
extern template class AckWindow<uint64_t>;

}  // namespace telemetry
