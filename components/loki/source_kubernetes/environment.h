#pragma once
#include <memory>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "components/component.h"
#include "components/shared/kubernetes/connection.h"
#include "components/shared/outbox.h"
#include "components/shared/unfinished_lines.h"
#include "io/loop.h"
#include "io/positions.h"
#include "telemetry/flow.h"
#include "telemetry/log_batch.h"

namespace components::loki::source_kubernetes {

class Tailer;

/// What all tailers of a component share.
class Environment {
 public:
  /// The loop outlives it.
  Environment(const Context& context, kubernetes::Connection connection);

  /// The tailer stops reading until there is room: it is told by resume(). False: there is room.
  bool wait_for_room(const std::shared_ptr<Tailer>& tailer);

  io::Loop& loop;
  kubernetes::Connection connection;  ///< the control thread's
  UnfinishedLines unfinished_lines;
  const std::shared_ptr<io::Positions> positions;
  const base::Logger log;
  const telemetry::Flow flow;
  const std::shared_ptr<base::metrics::Counter> entries, gaps, unstamped, truncated;
  const telemetry::Flow::Counter empty_lines;

 private:
  void resume();

  base::Mutex mutex_;
  std::vector<std::weak_ptr<Tailer>> waiting_ GUARDED_BY(mutex_);

 public:
  Outbox<telemetry::LogBatch> outbox;  ///< last: its thread uses the rest
};

}  // namespace components::loki::source_kubernetes
