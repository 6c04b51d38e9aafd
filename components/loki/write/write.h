#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "components/component.h"
#include "components/loki/write/metrics.h"
#include "components/loki/write/push_codec.h"
#include "components/loki/write/settings.h"
#include "components/loki/write/signature.h"
#include "components/shared/sink/disk_queue.h"
#include "components/shared/sink/endpoint.h"
#include "telemetry/log_batch.h"

namespace components::loki::write {

/// One Loki to send to: an endpoint with its codec and its series. For the control thread.
class Endpoint {
 public:
  Endpoint(const Context& context, SettingsPtr settings, uint64_t seed);

  const Settings& settings() const { return *settings_; }
  /// Used from now on, also for what waits. When the host is another one, the series begin again
  /// under its name.
  void update(SettingsPtr settings);
  /// Everything else that the control thread calls.
  sink::Endpoint& sink() { return sink_; }
  const sink::Endpoint& sink() const { return sink_; }

 private:
  SettingsPtr settings_;
  Metrics metrics_;
  PushCodec codec_;
  sink::Endpoint sink_;  // Last: its threads use the rest.
};

/// loki.write: gives each batch to all of its endpoints, without a copy.
///
/// With a disk queue (docs/disk-queue.md) an endpoint that is slow or dead does not hold up the
/// others while there is room on disk. Without, it does not hold up the batch for the others, but
/// once its queue is full it holds up the sources, and so the next batches for all: memory is
/// bounded, and what a source can read again is not lost. block_on_overflow = false chooses loss
/// instead.
class Write final : public ComponentOf<Arguments> {
 public:
  Write(Context context, const Arguments& arguments);
  ~Write() override;

  base::Result<void> start() override;
  /// Every endpoint, also one that was removed, has its drain_timeout or until the deadline.
  void drain(Clock::time_point deadline) override;
  bool is_drained() const override;
  void stop() override;
  Health health() const override;

 protected:
  /// An endpoint that is still there keeps its queue: the same arguments, else the same url and
  /// tenant, else the same name, else without a name the same index in the list. One that is gone
  /// has its drain_timeout to empty its queue, in the background; what is left then is dropped and
  /// counted.
  base::Result<void> update(const Arguments& arguments) override;

 private:
  using Endpoints = std::vector<std::shared_ptr<Endpoint>>;
  class Receiver;

  bool wants_queue() const;
  base::Result<void> set_up_queue();
  /// For each of the settings the endpoint that goes on with them, taken out of `old`, or nothing.
  static Endpoints take_successors(Endpoints& old, const std::vector<SettingsPtr>& all);

  Context context_;
  std::optional<WalArguments> wal_;
  std::shared_ptr<Receiver> receiver_;
  std::shared_ptr<sink::DiskQueue> queue_;  ///< when it is on, or something is left in it
  Clock::time_point deadline_ = Clock::time_point::max();  ///< of drain()
  Endpoints endpoints_;
  Endpoints retired_;
  uint64_t seed_;
};

}  // namespace components::loki::write
