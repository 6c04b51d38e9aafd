#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <set>
#include <stop_token>
#include <string>

#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/thread.h"
#include "components/shared/sink/endpoint.h"
#include "components/shared/sink/payload.h"
#include "io/segment_log/cursor.h"
#include "telemetry/ack_window.h"

namespace components::sink {

/// Between the log of a disk queue and one endpoint. While the endpoint keeps up (*direct*) it is
/// handed each record from memory as it is appended. What it does not take is read from the log by
/// a thread, in order, and until all of that is read everything for the endpoint goes through the
/// log, so that no stream is overtaken. What the endpoint is done with is acknowledged at the
/// cursor.
///
/// What is left to the thread counts as waiting at the endpoint from when it came; what a run
/// before left, from when it is read, as nobody knows before how much it is.
class Feeder {
 public:
  /// The payload of a record's bytes.
  using Decode = base::Result<PayloadPtr> (*)(std::string record);
  /// A record is a payload's bytes and this: when it was appended, little-endian.
  struct Trailer {
    int64_t unix_ms = 0;

    static Trailer now();
  };

  /// Nothing is appended meanwhile; `begin` is the sequence of what is appended next. `name`: that
  /// of the cursor, for metrics and messages, too.
  Feeder(std::shared_ptr<Endpoint> endpoint, std::string name,
         std::unique_ptr<io::segment_log::Cursor> cursor, uint64_t begin, Decode decode,
         base::metrics::Scope metrics, base::Logger log);
  ~Feeder() { release(); }
  Feeder(const Feeder&) = delete;
  Feeder& operator=(const Feeder&) = delete;

  const std::shared_ptr<Endpoint>& endpoint() const { return endpoint_; }

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
  /// Whether the endpoint has been given everything that was appended.
  bool is_direct() const { return is_direct_; }
  /// Until it is, or it is time.
  void wait_until_direct(const std::stop_token& stop, Clock::time_point until);
  /// Records that are to be read from the log.
  uint64_t unread() const;

  // For the one who appends, one at a time, in order of the records.

  /// The record was appended.
  void hand_over(uint64_t sequence, const PayloadPtr& payload);
  /// The endpoint has the record already which is appended next with this sequence; after that call
  /// settle(), or cancel() when it was not appended.
  void pass_over(uint64_t sequence);
  void settle(uint64_t sequence);
  void cancel(uint64_t sequence);
  /// Records up to this sequence that were not read are gone from the log.
  void count_dropped(uint64_t through, std::string_view reason, const Amount& amount);

 private:
  void run();
  BatchPtr wait_until_behind();
  bool read_all();
  /// The next batch from the log; nothing when there is none or it is not for the endpoint.
  BatchPtr read_next();
  BatchPtr batch_of(io::segment_log::Record record);
  bool deliver(BatchPtr batch);
  void store(uint64_t entries) REQUIRES_LOCK(mutex_);
  void drop_stored(std::string_view reason, const Amount& amount) REQUIRES_LOCK(mutex_);
  void settle_unread() REQUIRES_LOCK(mutex_);
  void make_series() REQUIRES_LOCK(mutex_);
  void show() REQUIRES_LOCK(mutex_);
  void pause();

  const std::shared_ptr<Endpoint> endpoint_;
  const Decode decode_;
  const base::metrics::Scope metrics_;
  const base::Logger log_;
  std::stop_source stopping_;

  mutable base::Mutex mutex_;
  std::string cursor_name_ GUARDED_BY(mutex_);
  std::string name_ GUARDED_BY(mutex_);  ///< as shown
  std::shared_ptr<base::metrics::Gauge> records_ GUARDED_BY(mutex_), oldest_ GUARDED_BY(mutex_);
  std::shared_ptr<base::metrics::Counter> spilled_ GUARDED_BY(mutex_);
  std::shared_ptr<base::metrics::Counter> replayed_ GUARDED_BY(mutex_);
  base::Condition changed_;
  std::atomic<bool> is_direct_{false};               ///< written with the lock
  std::unique_ptr<io::segment_log::Cursor> cursor_;  ///< changed with the lock, when no thread runs
  telemetry::AckWindow<uint64_t> window_;
  /// What the endpoint had no room for; the thread goes on with it.
  BatchPtr head_ GUARDED_BY(mutex_);
  uint64_t through_ GUARDED_BY(mutex_) = 0;       ///< last sequence that was read or handed over
  std::set<uint64_t> passed_ GUARDED_BY(mutex_);  ///< records not to be read
  const uint64_t begin_;  ///< records from here on were counted as they came
  /// Entries that count as stored. For a moment below zero: the thread may read a record before
  /// hand_over() counts it.
  int64_t stored_ GUARDED_BY(mutex_) = 0;
  base::Thread thread_;  // Last: it uses all of the above.
};

}  // namespace components::sink
