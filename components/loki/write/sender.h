#pragma once
#include <atomic>
#include <chrono>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "components/loki/write/metrics.h"
#include "components/loki/write/push_request.h"
#include "components/loki/write/queue.h"
#include "components/loki/write/settings.h"
#include "components/shared/sink/delivery.h"
#include "telemetry/lru_cache.h"

namespace components::loki::write {

/// Takes batches from a queue, makes push requests of them and hands these to the delivery one
/// after the other. All of it runs on one thread, so lines stay in order: a request that is tried
/// again holds up those behind it.
///
/// Entries go to the open request of their tenant, which is sent when the next entry would make it
/// larger than batch_size, when its first entry has waited batch_wait, or when a source waits for
/// room. A request holds the acks of all batches that have entries in it, and lets go of them when
/// all of it was accepted, or dropped and counted.
class Sender {
 public:
  /// What becomes of what could not be sent before the deadline of a stop.
  enum class OnStop {
    abandon,  ///< the agent stops: sources read it again next time
    drop      ///< the endpoint was removed from the configuration: counted as endpoint_removed
  };

  Sender(Queue& queue, Metrics& metrics, PushLimits& limits, sink::Delivery& delivery,
         const base::Snapshot<Settings>& settings);

  /// The thread's body: returns when the queue was closed and what waited is dealt with.
  /// `abort` cuts short what is on the wire.
  void run(std::stop_token abort);

  /// From the control thread, before it closes the queue.
  void set_on_stop(OnStop on_stop) { on_stop_ = on_stop; }

 private:
  /// The request of a tenant that is being filled.
  struct Open {
    explicit Open(PushLimits& limits) : request(limits) {}
    std::string tenant;
    PushRequest request;
    uint64_t last_batch = 0;  ///< number of the batch whose ack was added last
    uint64_t generation = 0;  ///< changes when the request is emptied
    Clock::time_point due;
  };
  /// Where the entries of one label set of the current batch go.
  struct Route {
    Open* open = nullptr;
    bool has_bad_tenant = false;
    uint64_t generation = 0;
    uint32_t stream = 0;
  };

  void refresh();
  void place(const Queue::Item& item);
  void put(const Queue::Item& item, const telemetry::Entry& entry, Route& route);
  Open& open_for(std::string_view tenant);
  void drop(std::string_view reason, const std::string& tenant, size_t bytes);
  bool find_stream(const telemetry::Labels& labels, Route& route);
  const telemetry::Labels& with_external(const telemetry::Labels& labels);

  void send(Open& open);
  void send_due(Clock::time_point now);
  void give_up(const Open& open, const Amount& rest);
  void give_up(const telemetry::LogBatch& batch, size_t first_entry);
  bool is_over() const { return delivery_.time_is_over() || abort_.stop_requested(); }

  /// Size at which a request is full.
  size_t request_bytes_max() const;
  size_t open_bytes() const;
  size_t wanted() const;
  Clock::time_point next_due() const;

  Queue& queue_;
  Metrics& metrics_;
  PushLimits& limits_;
  sink::Delivery& delivery_;
  const base::Snapshot<Settings>& newest_settings_;
  std::atomic<OnStop> on_stop_{OnStop::abandon};

  std::stop_token abort_;
  SettingsPtr settings_;
  std::map<std::string, Open> open_;  ///< by tenant
  std::vector<Route> routes_;         ///< by label set of the current batch
  telemetry::LruCache<telemetry::Labels, telemetry::Labels, telemetry::LabelsHash> merged_;
  uint64_t generations_ = 0;
  uint64_t batches_ = 0;  ///< number of the current batch
};

}  // namespace components::loki::write
