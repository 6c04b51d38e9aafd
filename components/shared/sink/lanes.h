#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "components/shared/sink/metrics.h"
#include "components/shared/sink/request.h"
#include "components/shared/sink/settings.h"
#include "io/backoff.h"

namespace components::sink {

/// The requests that are ready to be sent, between the batcher and the senders, in lanes: those of
/// a lane go one after the other, in order, and a lane that waits for its next try does not delay
/// another. A lane exists while there is a request in it.
///
/// A lane whose last try failed is kept apart: senders for fresh lanes do not touch it until its
/// request was accepted. So lanes whose requests run into a timeout each time cannot take up all
/// senders. Thread safe.
class Lanes {
 public:
  /// Which lanes a sender serves.
  enum class Kind { fresh, failed };
  /// The first request of a lane, for the sender that took it, until it calls go_on(), retry() or
  /// remove().
  struct Turn {
    LaneId lane;
    Request* request = nullptr;
    int64_t failures = 0;  ///< tries of this part so far
    uint64_t reloads = 0;
  };
  using Ready = std::pair<LaneId, std::unique_ptr<Request>>;

  Lanes(Metrics& metrics, uint64_t seed) : metrics_(metrics), seed_(seed) {}

  // For the batcher.

  void put(const LaneId& lane, std::unique_ptr<Request> request);
  /// Whether nothing of it is ready or being sent.
  bool is_idle(const LaneId& lane) const;
  /// Whether a request waits behind the one that is being sent, if one is.
  bool has_next(const LaneId& lane) const;
  /// Nothing more is put.
  void end();

  // For senders.

  /// Sleeps until there is something to send. Nothing: there will be no more, or the time is over.
  std::optional<Turn> take(Kind kind);
  /// The part was dealt with, the request has another one.
  void go_on(const Turn& turn);
  /// Tries again after a pause that grows with each failure, and is at least `pause_min`; at once
  /// when there was a reload in the meantime.
  void retry(const Turn& turn, const Settings& settings, std::chrono::milliseconds pause_min);
  /// The request is done.
  std::unique_ptr<Request> remove(const Turn& turn);
  Clock::time_point deadline() const;

  // For the control thread.

  /// Ends all pauses: with new settings, trying again may help.
  void reload();
  /// take() gives nothing after this time.
  void finish_by(Clock::time_point deadline);

  /// What is left when all senders have ended.
  std::vector<Ready> take_all();

 private:
  struct Lane {
    std::deque<std::unique_ptr<Request>> requests;
    bool is_taken = false;
    int64_t failures = 0;
    Clock::time_point not_before;
    std::optional<io::Backoff> backoff;
    uint64_t served = 0;  ///< when it was taken last; who waits longest is next

    void forget_failures() {
      failures = 0;
      not_before = {};
      backoff.reset();
    }
  };
  using Place = std::map<LaneId, Lane>::iterator;

  /// The lane to serve now, or when to look again.
  Place next(Kind kind, Clock::time_point now, Clock::time_point& again) REQUIRES_LOCK(mutex_);
  Lane& release(const Turn& turn) REQUIRES_LOCK(mutex_);
  void wake() REQUIRES_LOCK(mutex_);
  void show_oldest() REQUIRES_LOCK(mutex_);

  Metrics& metrics_;
  mutable base::Mutex mutex_;
  base::Condition for_fresh_;
  base::Condition for_failed_;
  std::map<LaneId, Lane> lanes_ GUARDED_BY(mutex_);
  Clock::time_point deadline_ GUARDED_BY(mutex_) = Clock::time_point::max();
  bool is_ended_ GUARDED_BY(mutex_) = false;
  uint64_t served_ GUARDED_BY(mutex_) = 0;
  uint64_t reloads_ GUARDED_BY(mutex_) = 0;
  uint64_t seed_ GUARDED_BY(mutex_);
};

}  // namespace components::sink
