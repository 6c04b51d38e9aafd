#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "components/shared/sink/codec.h"
#include "components/shared/sink/lanes.h"
#include "components/shared/sink/metrics.h"
#include "components/shared/sink/queue.h"
#include "components/shared/sink/settings.h"

namespace components::sink {

/// Makes requests of batches, while senders send those before. It never waits for an answer.
///
/// Each lane has one open request. It becomes ready when the next entry would make it too large;
/// when nothing of the lane is ready or being sent and it has a quarter of that size, or a client
/// awaits the answer; every batch_wait; and when a source finds no room in the lane. After a quiet
/// time the first entries go
/// at once (a moment later, kLinger, so that a burst goes together), so batch_wait bounds the time
/// an entry waits and the number of small requests alike. While a lane cannot be sent, what waits
/// becomes full requests.
class Batcher {
 public:
  /// The request of a lane that is being filled.
  struct Open {
    LaneId lane;
    std::unique_ptr<Request> request;
    uint64_t generation = 0;  ///< changes with the request
    uint64_t last_batch = 0;  ///< number of the batch whose ack was added last
    bool is_due = false;      ///< it goes as soon as nothing of the lane waits to be sent
    bool is_awaited = false;  ///< a client does nothing until it was sent
  };

  Batcher(Codec& codec, Queue& queue, Lanes& lanes, Metrics& metrics,
          const base::Snapshot<Settings>& settings);

  /// The thread's body: returns when the queue was closed and all that waited is in the lanes.
  void run();

  /// Takes a request back whose buffers may be used again. It is empty. Any thread.
  void recycle(std::unique_ptr<Request> request);

  // For Codec::place().

  /// Entries with the same hash stay in order; with several shards others may overtake them. Valid
  /// until place() returns.
  Open& open(const std::string& key, size_t hash);
  /// The request of a lane, with room for `bytes` more. It may be a new one.
  Request& request(Open& open, size_t bytes) {
    if (!open.request || open.request->total().bytes + bytes > bytes_max_) renew(open);
    return *open.request;
  }
  /// Keeps the ack of the current batch until the request is done. Call it when something was
  /// added.
  void hold(Open& open, const telemetry::Ack& ack);
  void drop(const std::string& key, std::string_view reason, const Amount& amount);
  size_t shards() const { return settings_->shards; }

 private:
  void refresh();
  void place(const Queue::Waiting& waiting);
  void close_due(bool is_end);
  bool is_worth_sending(const Open& open) const;
  bool must_close(const Open& open) const;
  void close(Open& open);
  void renew(Open& open);
  bool has_open() const;
  /// Whether something goes as soon as what is on its way has arrived.
  bool has_blocked() const;
  size_t wanted() const;

  Codec& codec_;
  Queue& queue_;
  Lanes& lanes_;
  Metrics& metrics_;
  const base::Snapshot<Settings>& newest_settings_;

  SettingsPtr settings_;
  size_t bytes_max_ = 0;
  uint32_t epoch_ = 0;  ///< changes with the number of shards
  std::map<LaneId, Open> open_;
  std::optional<std::string> own_before_;  ///< key of the endpoint's own lane until it changed
  Clock::time_point flush_at_;             ///< when small requests may go
  Clock::time_point arrived_;              ///< of the current batch
  uint64_t generations_ = 0;
  uint64_t batches_ = 0;  ///< number of the current batch

  base::Mutex mutex_;
  std::vector<std::unique_ptr<Request>> spares_ GUARDED_BY(mutex_);
};

}  // namespace components::sink
