#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/mutex.h"
#include "components/component.h"
#include "components/shared/outbox.h"
#include "components/shared/unfinished_lines.h"
#include "io/loop.h"
#include "io/positions.h"
#include "telemetry/flow.h"
#include "telemetry/log_batch.h"

/// What the sources have in common that follow the logs of containers on the event loop.
namespace components::loki {

/// What all tailers of such a component share.
template <class Tailer>
class TailerEnvironment {
 public:
  /// The loop outlives it.
  explicit TailerEnvironment(const Context& context)
      : loop(*context.loop),
        positions(std::make_shared<io::Positions>(context.data_dir / "positions", context.metrics,
                                                  context.log)),
        log(context.log),
        flow(context.metrics, telemetry::Flow::kLines),
        outbox(flow, [this] { resume(); }) {}

  /// The tailer stops reading until there is room: it is told by resume(). False: there is room.
  bool wait_for_room(const std::shared_ptr<Tailer>& tailer) {
    if (outbox.has_room()) return false;
    {
      base::Lock lock(mutex_);
      waiting_.push_back(tailer);
    }
    // Room that came before nobody was told of; now somebody is.
    if (outbox.has_room()) resume();
    return true;
  }

  io::Loop& loop;
  UnfinishedLines unfinished_lines;
  const std::shared_ptr<io::Positions> positions;
  const base::Logger log;
  const telemetry::Flow flow;

 private:
  /// On the thread of the outbox, mostly.
  void resume() {
    std::vector<std::weak_ptr<Tailer>> tailers;
    {
      base::Lock lock(mutex_);
      tailers.swap(waiting_);
    }
    for (const auto& waiting : tailers) {
      loop.post([waiting] {
        if (const auto tailer = waiting.lock()) tailer->resume();
      });
    }
  }

  base::Mutex mutex_;
  std::vector<std::weak_ptr<Tailer>> waiting_ GUARDED_BY(mutex_);

 public:
  Outbox<telemetry::LogBatch> outbox;  ///< last: its thread uses the rest
};

/// The key of a container's cursor among the positions. `container`: what tells it from others.
std::string cursor_key(std::string_view container);

/// A container that is no target any more keeps its cursor for some time, as it may come back.
/// Since when it is gone is stored beside the cursor.
void note_gone(io::Positions& positions, std::string_view container);
/// It is a target, maybe again.
void note_target(io::Positions& positions, std::string_view container);
/// At a start, before the first note_target(): a cursor whose container is no target gets a date;
/// `keep` later it goes.
void forget_gone(io::Positions& positions, std::chrono::seconds keep);

}  // namespace components::loki
