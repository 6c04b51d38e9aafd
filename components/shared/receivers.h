#pragma once
#include "components/shared/capsules.h"
#include "telemetry/log_batch.h"

namespace components {

/// What `forward_to` names, for a Fanout.
inline telemetry::LogReceivers receivers_of(const std::vector<LogsReceiver>& forward_to) {
  telemetry::LogReceivers receivers;
  for (const LogsReceiver& receiver : forward_to)
    if (receiver.pointer) receivers.push_back(receiver.pointer);
  return receivers;
}

}  // namespace components
