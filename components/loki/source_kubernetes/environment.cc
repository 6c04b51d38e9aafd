#include "components/loki/source_kubernetes/environment.h"

#include <utility>

#include "components/loki/source_kubernetes/tailer.h"

namespace components::loki::source_kubernetes {

Environment::Environment(const Context& context, kubernetes::Connection api)
    : loop(*context.loop),
      connection(std::move(api)),
      positions(std::make_shared<io::Positions>(context.data_dir / "positions", context.metrics,
                                                context.log)),
      log(context.log),
      flow(context.metrics, telemetry::Flow::kLines),
      entries(context.metrics.counter("loki_source_kubernetes_entries_total",
                                      "Lines of containers that were sent.")),
      gaps(context.metrics.counter("loki_source_kubernetes_gaps_total",
                                   "Times that lines of a container were gone before they could be "
                                   "read, as its log was rotated or its container replaced.")),
      unstamped(context.metrics.counter("loki_source_kubernetes_unstamped_lines_total",
                                        "Lines without a timestamp, which got the present time.")),
      truncated(context.metrics.counter("loki_source_kubernetes_truncated_lines_total",
                                        "Lines that were cut to the size limit.")),
      empty_lines(flow.filtered("empty_line")),
      outbox(flow, [this] { resume(); }) {}

bool Environment::wait_for_room(const std::shared_ptr<Tailer>& tailer) {
  if (outbox.has_room()) return false;
  {
    base::Lock lock(mutex_);
    waiting_.push_back(tailer);
  }
  // Room that came before nobody was told of; now somebody is.
  if (outbox.has_room()) resume();
  return true;
}

/// On the thread of the outbox, mostly.
void Environment::resume() {
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

}  // namespace components::loki::source_kubernetes
