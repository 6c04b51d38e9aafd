#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/metrics.h"
#include "base/result.h"
#include "components/shared/outbox.h"
#include "telemetry/flow.h"
#include "telemetry/sample_batch.h"

namespace components::prometheus {

/// The way of all samples of a component to its receivers: counts them, and cuts what one scrape or
/// request gave into batches of a size that queues like. Any thread may put; who has samples of one
/// series puts them one after the other, so that their order is kept.
class Way {
 public:
  explicit Way(const base::metrics::Scope& metrics);

  void set_receivers(telemetry::Receivers<telemetry::SampleBatch> receivers) {
    outbox_.set_receivers(std::move(receivers));
  }
  /// `name`: of the thread.
  base::Result<void> start(std::string_view name) { return outbox_.start(name); }
  /// As Outbox::stop().
  void stop() { outbox_.stop(); }
  void begin_stop() { outbox_.begin_stop(); }

  bool has_room() { return outbox_.has_room(); }
  /// What holds the bodies that are being read.
  MemoryShare& bodies() { return bodies_; }
  /// Without an ack of its own, what is abandoned counts as lost.
  void put(telemetry::SampleBatch batch);
  const telemetry::Flow& flow() const { return flow_; }

 private:
  static constexpr size_t kBytesMax = 4 << 20;  ///< of what waits

  void put_whole(telemetry::SampleBatch batch);

  MemoryShare bodies_{Memory::of_process(), Memory::Use::bodies};
  const telemetry::Flow flow_;
  const telemetry::Flow::Counter lost_ = flow_.lost();
  Outbox<telemetry::SampleBatch> outbox_{flow_, nullptr, kBytesMax};
};

}  // namespace components::prometheus
