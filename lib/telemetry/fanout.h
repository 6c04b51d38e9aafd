#pragma once
#include <memory>
#include <utility>
#include <vector>

#include "base/snapshot.h"
#include "telemetry/log_batch.h"

namespace telemetry {

using LogReceivers = std::vector<std::shared_ptr<LogReceiver>>;

/// The `forward_to` of a component: hands a batch to each receiver in turn, a copy to all but the
/// last. With no receivers the batch is dropped as delivered. The list may be replaced while
/// running.
class Fanout final : public LogReceiver {
 public:
  void set(LogReceivers next) { next_.set(std::make_shared<const LogReceivers>(std::move(next))); }
  void receive(LogBatch batch) override;

 private:
  base::Snapshot<LogReceivers> next_;
};

}  // namespace telemetry
