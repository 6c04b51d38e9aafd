#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
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
///
/// Lanes are as many as tenants times shards, and most of them wait: lists of those that may be
/// served make each call independent of how many there are.
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

  /// The epoch of a new lane is not older than those of the lanes with the same key.
  void put(const LaneId& lane, std::unique_ptr<Request> request);
  /// The key of the endpoint's own lane from now on. Requests that are its own under a key before
  /// go to where it leads now, so what is new for it waits until they are done.
  void set_own(const std::string& key);
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
    bool waits_for_own = false;  ///< for requests of the keys before
    int64_t failures = 0;
    std::optional<io::Backoff> backoff;

    void forget_failures() {
      failures = 0;
      backoff.reset();
    }
  };
  using Place = std::map<LaneId, Lane>::iterator;
  /// Lanes that may be served, those first that have waited longest.
  using ReadyList = std::list<Place>;

  /// Whether no lane of the key has an older epoch.
  bool is_first_epoch(const LaneId& lane) REQUIRES_LOCK(mutex_);
  bool is_own_before(const LaneId& lane, const Request& request) const REQUIRES_LOCK(mutex_);
  void begin(Place place) REQUIRES_LOCK(mutex_);
  void begin_own() REQUIRES_LOCK(mutex_);
  void make_ready(Place place) REQUIRES_LOCK(mutex_);
  void make_next_epoch_ready(const LaneId& gone) REQUIRES_LOCK(mutex_);
  void end_pauses(Clock::time_point until) REQUIRES_LOCK(mutex_);
  Place release(const Turn& turn) REQUIRES_LOCK(mutex_);
  void wake() REQUIRES_LOCK(mutex_);
  void show_oldest() REQUIRES_LOCK(mutex_);

  Metrics& metrics_;
  mutable base::Mutex mutex_;
  base::Condition for_fresh_;
  base::Condition for_failed_;
  std::map<LaneId, Lane> lanes_ GUARDED_BY(mutex_);
  // A lane is in one of these, or taken, or waits for those of an older epoch or own key.
  ReadyList fresh_ GUARDED_BY(mutex_);
  ReadyList failed_ GUARDED_BY(mutex_);
  std::multimap<Clock::time_point, Place> paused_ GUARDED_BY(mutex_);  ///< until then
  std::multiset<Clock::time_point> since_ GUARDED_BY(mutex_);          ///< of first requests
  std::optional<std::string> own_ GUARDED_BY(mutex_);
  std::set<std::string> own_before_ GUARDED_BY(mutex_);  ///< keys
  size_t own_left_ GUARDED_BY(mutex_) = 0;               ///< requests of those
  Clock::time_point deadline_ GUARDED_BY(mutex_) = Clock::time_point::max();
  bool is_ended_ GUARDED_BY(mutex_) = false;
  uint64_t reloads_ GUARDED_BY(mutex_) = 0;
  uint64_t seed_ GUARDED_BY(mutex_);
};

}  // namespace components::sink
