#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "components/component.h"
#include "components/loki/write/metrics.h"
#include "components/loki/write/push_codec.h"
#include "components/loki/write/settings.h"
#include "components/loki/write/signature.h"
#include "components/shared/sink/endpoint.h"
#include "telemetry/log_batch.h"

namespace components::loki::write {

/// One Loki to send to: an endpoint with its codec and its series. For the control thread, except
/// where said otherwise.
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

  // Any thread; as those of sink::Endpoint.

  bool offer(const std::shared_ptr<const telemetry::LogBatch>& batch);
  void take(const std::shared_ptr<const telemetry::LogBatch>& batch);

 private:
  sink::BatchPtr routed(const std::shared_ptr<const telemetry::LogBatch>& batch) const;

  SettingsPtr settings_;
  base::Snapshot<Settings> shared_settings_;  ///< the same, for other threads
  Metrics metrics_;
  PushCodec codec_;
  sink::Endpoint sink_;  // Last: its threads use the rest.
};

/// loki.write: gives each batch to all of its endpoints, without a copy.
///
/// An endpoint that is slow or dead does not hold up the batch for the others, but once its queue
/// is full it holds up the sources, and so the next batches for all: memory is bounded, and what a
/// source can read again is not lost. block_on_overflow = false chooses loss instead.
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
  /// An endpoint that is still there keeps its queue: the same arguments, else the same name, else
  /// the same place in the list. One that is gone has its drain_timeout to empty its queue, in the
  /// background; what is left then is dropped and counted.
  base::Result<void> update(const Arguments& arguments) override;

 private:
  using Endpoints = std::vector<std::shared_ptr<Endpoint>>;
  class Receiver;

  std::shared_ptr<Endpoint> successor(Endpoints& old, const SettingsPtr& settings, size_t index);

  Context context_;
  std::shared_ptr<Receiver> receiver_;
  Endpoints endpoints_;
  Endpoints retired_;
  uint64_t seed_;
};

}  // namespace components::loki::write
