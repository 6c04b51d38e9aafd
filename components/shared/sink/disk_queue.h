#pragma once
#include <memory>
#include <stop_token>
#include <string>

#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/thread.h"
#include "components/component.h"
#include "components/shared/sink/disk_store.h"
#include "components/shared/sink/payload.h"
#include "telemetry/batch.h"

namespace components::sink {

/// What waits for the endpoints of a component, on disk. docs/disk-queue.md is the essay.
///
/// What nobody can send again is appended at once and acknowledged when it is durable. What its
/// source can read again passes through memory, and is stored for an endpoint that is behind or
/// silent, or that has no room while others have. Whatever the disk does, lines go on: while it
/// refuses, they pass through memory as if there were no such queue.
///
/// A thread of its own opens the log, sets up what feeds the endpoints, and closes; the control
/// thread waits for none of this.
class DiskQueue {
 public:
  DiskQueue(DiskOptions options, const base::metrics::Scope& metrics, base::Logger log);
  ~DiskQueue() { stop(); }
  DiskQueue(const DiskQueue&) = delete;
  DiskQueue& operator=(const DiskQueue&) = delete;

  // For the control thread.

  /// Fails when there is no thread to be had; may be called again then, and when it runs.
  base::Result<void> start();
  /// From now on. An endpoint that stays keeps its cursor, also under another name. The cursor of
  /// one that is gone is forgotten, and what it did not read counted as endpoint_removed. A new
  /// endpoint begins with what comes next.
  void set_targets(DiskTargets targets);
  /// False: the queue is turned off. What is in it is delivered, and what comes goes past it.
  void set_appends(bool appends);
  Health health() const;
  /// Closes the log, so that a successor can have it, when what is in receive() now is stored. What
  /// was not delivered stays.
  void close();
  bool is_closed() const;
  /// Closes, and waits for it.
  void stop();

  // Any thread.

  /// Hands the batch on to all endpoints. Blocks until the log is open, also before start(): a
  /// component waits for one of the same name that was removed. Blocks while a batch that its
  /// source can read again has no room anywhere, and while the disk refuses and an endpoint has no
  /// room.
  void receive(const PayloadPtr& payload, const telemetry::BatchHead& head);

 private:
  class Receiving;
  void run();
  bool set_up();
  void shut();

  const DiskOptions options_;
  const base::metrics::Scope metrics_;
  const base::Logger log_;

  mutable base::Mutex mutex_;
  base::Condition changed_;
  base::Snapshot<DiskTargets> targets_{std::make_shared<const DiskTargets>()};
  std::shared_ptr<const DiskTargets> applied_ GUARDED_BY(mutex_);  ///< those that have feeders
  std::shared_ptr<DiskStore> store_ GUARDED_BY(mutex_);            ///< once the log is open
  std::string error_ GUARDED_BY(mutex_);                           ///< it cannot be opened
  bool appends_ GUARDED_BY(mutex_) = true;
  size_t receiving_ GUARDED_BY(mutex_) = 0;  ///< batches in receive()
  bool is_closing_ GUARDED_BY(mutex_) = false;
  bool is_closed_ GUARDED_BY(mutex_) = false;
  base::Thread thread_;  // Last: it uses all of the above.
};

/// To endpoints without a queue on disk: blocks while one of them has no room.
void hand_to_all(const PayloadPtr& payload, const telemetry::BatchHead& head,
                 const DiskTargets& targets);

}  // namespace components::sink
