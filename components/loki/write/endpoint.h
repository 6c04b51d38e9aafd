#pragma once
#include <atomic>
#include <chrono>
#include <memory>
#include <stop_token>

#include "base/mutex.h"
#include "base/thread.h"
#include "components/component.h"
#include "components/loki/write/metrics.h"
#include "components/loki/write/queue.h"
#include "components/loki/write/sender.h"
#include "components/loki/write/settings.h"
#include "components/shared/sink/delivery.h"

namespace components::loki::write {

/// One server to send to: a queue, and a thread that empties it. Except where said otherwise, for
/// the control thread.
class Endpoint {
 public:
  Endpoint(const Context& context, SettingsPtr settings, uint64_t seed);
  ~Endpoint() { stop(); }
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// Begins to send. Fails when no thread can be had; may be called again then, and when it runs.
  base::Result<void> start();
  const Settings& settings() const { return *settings_; }
  /// The queue, and a request that is being tried, use the new settings from now on. When the host
  /// is another one, the series begin again under its name.
  void update(SettingsPtr settings);

  /// Refuses batches from now on, and tries to send what waits for as long as drain_timeout, but
  /// not after `deadline`.
  void close(Sender::OnStop on_stop, Clock::time_point deadline);
  /// After close(): whether nothing is left to send, or the time is up.
  bool finished() const { return is_finished_ || !thread_.joinable() || Clock::now() >= deadline_; }
  /// Ends at once; what is not sent by now is given up.
  void stop();
  Health health() const { return delivery_.health(); }

  // Any thread.

  /// Takes the batch unless the queue is full and sources are to be slowed down: then answers false
  /// and the caller goes on with take().
  bool offer(const BatchPtr& batch);
  /// Blocks while the queue is full. What a closed endpoint does not take is abandoned.
  void take(const BatchPtr& batch);

 private:
  void count(const telemetry::LogBatch& batch, Queue::Push result);
  void overflow(const telemetry::LogBatch& batch);

  SettingsPtr settings_;
  base::Snapshot<Settings> shared_settings_;  ///< the same, for other threads
  Metrics metrics_;
  std::atomic<bool> blocks_;
  Queue queue_;
  PushLimits limits_;
  sink::Delivery delivery_;
  Sender sender_;
  std::atomic<bool> is_finished_{false};
  Clock::time_point deadline_ = Clock::time_point::max();
  std::stop_source abort_;
  base::Thread thread_;  // Last: the thread uses all of the above.
};

}  // namespace components::loki::write
