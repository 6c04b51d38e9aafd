#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/thread.h"
#include "components/shared/sink/endpoint.h"
#include "components/shared/sink/feeder_metrics.h"
#include "components/shared/sink/lane_acks.h"
#include "components/shared/sink/lanes_apart.h"
#include "components/shared/sink/stored_record.h"
#include "components/shared/sink/transit.h"
#include "io/segment_log/cursor.h"

namespace components::sink {

/// Between the log of a disk queue and one endpoint. While the endpoint keeps up (*direct*) it is
/// handed each record from memory as it is appended. What it does not take is read from the log by
/// a thread, in order, and until all of that is read everything for the endpoint goes through the
/// log, so that no stream is overtaken. What the endpoint is done with is acknowledged at the
/// cursor.
///
/// A lane of which nothing is accepted for `silence_max` while others wait or go on is set *apart*:
/// what comes for it stays in the log, and the thread reads it with a cursor of its own until it
/// has caught up. So others do not wait for it, neither behind the log nor for their position.
///
/// What is left to the thread counts as waiting at the endpoint from when it came; what a run
/// before left, from when it is read, as nobody knows before how much it is.
class Feeder {
 public:
  struct Options {
    std::string name;    ///< of the cursor, for metrics and messages, too
    uint64_t begin = 0;  ///< sequence of what is appended next; nothing is meanwhile
    Decode decode = nullptr;
    std::chrono::milliseconds silence_max{0};
  };

  Feeder(std::shared_ptr<Endpoint> endpoint, std::unique_ptr<io::segment_log::Cursor> cursor,
         Options options, const base::metrics::Scope& metrics, base::Logger log);
  ~Feeder() { release(); }
  Feeder(const Feeder&) = delete;
  Feeder& operator=(const Feeder&) = delete;

  const std::shared_ptr<Endpoint>& endpoint() const { return endpoint_; }
  /// No other feeder of this process has it.
  uint64_t number() const { return number_; }

  // For the thread that sets up the queue.

  /// The cursor was renamed; a name that is only for a while is not shown.
  void set_name(std::string name, bool is_shown);
  /// Fails when there is no thread to be had; may be called again then, and when it runs.
  base::Result<void> start();
  /// Stops reading, and closes the cursor. What was not delivered is read after the next start.
  void release();
  /// The endpoint was removed: counts all that it did not get as dropped, up to this sequence, and
  /// closes the cursor.
  void retire(uint64_t through);

  // Any thread.

  std::string cursor_name() const;
  /// Whether the endpoint has been given everything that was appended for the batch's lanes.
  bool is_direct(const Batch& batch) const;
  /// Until it is, or it is time.
  void wait_until_direct(const Batch& batch, const std::stop_token& stop, Clock::time_point until);
  /// Until the endpoint has been given everything but for lanes apart, is far behind, or it is
  /// time.
  void wait_while_close(const std::stop_token& stop, Clock::time_point until);
  /// Records that are to be read from the log.
  uint64_t unread() const;

  // For the one who appends, one at a time, in order of the records.

  /// The record was appended.
  void hand_over(uint64_t sequence, const PayloadPtr& payload);
  /// The record which is appended next with this sequence is not for the endpoint, or it has it in
  /// memory, and what it is not done with is the record's; after that call settle(), or cancel()
  /// when it was not appended.
  void pass_over(uint64_t sequence, TransitPtr in_memory);
  void settle(uint64_t sequence, const PayloadPtr& payload);
  void cancel(uint64_t sequence);
  /// The record is gone from the log, and these cursors had not read it.
  void count_dropped(const io::segment_log::Record& record, std::span<const std::string> cursors,
                     std::string_view reason);

 private:
  class Reading;  // The thread: feeder_thread.cc.

  bool is_direct_for(const Batch& batch) const REQUIRES_LOCK(mutex_);
  BatchPtr without_apart(BatchPtr batch, uint64_t sequence) REQUIRES_LOCK(mutex_);
  void pass_apart(const Batch& batch, uint64_t sequence) REQUIRES_LOCK(mutex_);
  void tell_passed(uint64_t sequence) REQUIRES_LOCK(mutex_);
  void tell_passed(const LaneApart& apart, uint64_t sequence) REQUIRES_LOCK(mutex_);
  void store(uint64_t entries) REQUIRES_LOCK(mutex_);
  /// What a run before left.
  void store_earlier(uint64_t entries) REQUIRES_LOCK(mutex_);
  void drop_stored(std::string_view reason, const Amount& amount) REQUIRES_LOCK(mutex_);
  void settle_unread() REQUIRES_LOCK(mutex_);
  void forget_passed() REQUIRES_LOCK(mutex_);
  void show() REQUIRES_LOCK(mutex_);
  Amount take_rest(LaneApart& apart) REQUIRES_LOCK(mutex_);
  Amount take_rest(uint64_t through) REQUIRES_LOCK(mutex_);

  const std::shared_ptr<Endpoint> endpoint_;
  const uint64_t number_;
  const Options options_;
  const base::Logger log_;
  std::stop_source stopping_;

  mutable base::Mutex mutex_;
  std::string cursor_name_ GUARDED_BY(mutex_);
  std::string name_ GUARDED_BY(mutex_);  ///< as shown
  FeederMetrics metrics_ GUARDED_BY(mutex_);
  base::Condition changed_;
  bool is_direct_ GUARDED_BY(mutex_) = false;        ///< nothing is to be read but for lanes apart
  std::unique_ptr<io::segment_log::Cursor> cursor_;  ///< changed with the lock, without a thread
  LaneAcks acks_;
  BatchPtr head_ GUARDED_BY(mutex_);  ///< the endpoint has no room; the thread goes on with it
  LanesApart apart_ GUARDED_BY(mutex_){*endpoint_};
  uint64_t through_ GUARDED_BY(mutex_) = 0;  ///< last sequence that was read or handed over
  std::map<uint64_t, TransitPtr> passed_ GUARDED_BY(mutex_);  ///< records not to be read
  const uint64_t first_;                                      ///< record that this run reads first
  Clock::time_point looked_ GUARDED_BY(mutex_);               ///< when lanes were looked at
  /// Entries that count as stored. For a moment below zero: the thread may read a record before
  /// hand_over() counts it.
  int64_t stored_ GUARDED_BY(mutex_) = 0;
  base::Thread thread_;  // Last: it uses all of the above.
};

}  // namespace components::sink
