#pragma once
#include <atomic>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "components/component.h"
#include "components/shared/sink/batcher.h"
#include "components/shared/sink/codec.h"
#include "components/shared/sink/lanes.h"
#include "components/shared/sink/metrics.h"
#include "components/shared/sink/queue.h"
#include "components/shared/sink/sender.h"
#include "components/shared/sink/settings.h"
#include "components/shared/sink/trouble.h"

namespace components::sink {

/// One server to send to: a queue, a thread that makes requests of what waits there, and threads
/// that send them: one for each shard, and one for the lanes that fail. Except where said
/// otherwise, for the control thread.
class Endpoint {
 public:
  /// What becomes of what could not be sent before the deadline of a stop.
  enum class OnStop {
    abandon,  ///< the agent stops: sources read it again next time
    drop      ///< the endpoint was removed from the configuration: counted as endpoint_removed
  };
  static constexpr size_t kShardsMax = 64;

  /// `name` is what its threads are called. Codec and metrics outlive it.
  Endpoint(std::string name, const base::Logger& log, Codec& codec, Metrics& metrics,
           SettingsPtr settings, uint64_t seed);
  ~Endpoint() { stop(); }
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// Begins to send. Fails when a thread cannot be had; may be called again then, and when it runs.
  base::Result<void> start();
  /// Used from now on, also for what waits. More shards want start().
  void update(SettingsPtr settings);
  /// Refuses batches from now on, and tries to send what waits for as long as drain_timeout, but
  /// not after `deadline`.
  void close(OnStop on_stop, Clock::time_point deadline);
  /// After close(): whether nothing is left to send, or the time is up.
  bool finished() const;
  /// Ends at once; what is not sent by now is given up.
  void stop();
  Health health() const { return trouble_.health(); }

  // Any thread.

  /// Lane of what does not name one; a reload may change it.
  std::string own_lane() const { return settings_.get()->own_lane; }
  /// The payload as a batch for this endpoint.
  BatchPtr route(const PayloadPtr& payload, telemetry::Ack ack, std::stop_token stop) const;
  /// Takes the batch, which is moved from, unless a lane of it is full and sources are to be slowed
  /// down: then answers false and the caller goes on with take().
  bool offer(BatchPtr& batch);
  /// Blocks while a lane of the batch is full. What a closed endpoint does not take is abandoned,
  /// or dropped when close() said so.
  void take(BatchPtr batch);

  // For a queue on disk, which keeps what is not taken. Any thread.

  /// Takes the batch, which is moved from then, when all of its lanes have room.
  Queue::Push try_take(BatchPtr& batch);
  /// The same; blocks while a lane of the batch is full, but not after `until`.
  Queue::Push take_until(BatchPtr& batch, Clock::time_point until);
  // Queue's, for one who waits for room in several lanes.
  std::vector<Share> without_room(const Batch& batch) const {
    return queue_.without_room(batch.shares);
  }
  Queue::Silence silence_of(const std::string& lane) const { return queue_.silence_of(lane); }
  uint64_t news() const { return queue_.news(); }
  void wait_for_news(uint64_t seen, const std::stop_token& stop, Clock::time_point until) {
    queue_.wait_for_news(seen, stop, until);
  }
  void wake() { queue_.wake(); }
  /// A copy of the batch without these lanes; it has no acks.
  BatchPtr without(const Batch& batch, const std::vector<Share>& lanes) const;
  /// Whether it takes nothing any more.
  bool is_closed() const { return queue_.is_closed(); }
  // What waits on disk only counts as received and waiting.
  void count_stored(uint64_t entries);
  /// Of that, what it takes now.
  Queue::Push take_stored(BatchPtr& batch);
  /// Of that, what is dropped: as the endpoint's own lane's.
  void drop_stored(std::string_view reason, const Amount& amount);
  /// Of that, what is left to the next start.
  void leave_stored(uint64_t entries);

 private:
  void work(size_t number);
  /// Of one that was removed from the configuration the batch is dropped, as what waits is: if it
  /// were abandoned, its source would read it again for the endpoints that stay.
  void refuse(const Batch& batch);
  void overflow(const Batch& batch);
  void done(const LaneId& lane, std::unique_ptr<Request> request);
  void give_up(const LaneId& lane, const Request& request);

  const std::string name_;
  Codec& codec_;
  Metrics& metrics_;
  base::Snapshot<Settings> settings_;
  Trouble trouble_;
  Queue queue_;
  Lanes lanes_;
  Batcher batcher_;
  Sender::Shared for_senders_;
  std::atomic<OnStop> on_stop_{OnStop::abandon};
  Clock::time_point deadline_ = Clock::time_point::max();
  std::stop_source abort_;
  std::atomic<size_t> working_{0};  ///< threads that have not ended
  std::atomic<bool> is_finished_{false};
  std::vector<base::Thread> threads_;  // Last: they use all of the above.
};

}  // namespace components::sink
