#include "components/loki/source_docker/environment.h"

#include <utility>

#include "components/loki/source_docker/tailer.h"

namespace components::loki::source_docker {

Environment::Environment(const Context& context, docker_api::Endpoint daemon)
    : loop(*context.loop),
      endpoint(std::move(daemon)),
      positions(std::make_shared<io::Positions>(context.data_dir / "positions", context.metrics,
                                                context.log)),
      log(context.log),
      flow(context.metrics, telemetry::Flow::kLines),
      entries(context.metrics.counter("loki_source_docker_target_entries_total",
                                      "Lines of containers that were sent.")),
      bad_lines(context.metrics.counter("loki_source_docker_target_parsing_errors_total",
                                        "Lines of the daemon that could not be read.")),
      truncated(context.metrics.counter("loki_source_docker_truncated_lines_total",
                                        "Lines that were cut to the size limit.")),
      unreadable(context.metrics.counter("loki_source_docker_unreadable_containers_total",
                                         "Containers whose logging driver does not support "
                                         "reading.")),
      missed(context.metrics.counter("loki_source_docker_missed_containers_total",
                                     "Containers that were removed before all of their output "
                                     "could be read.")),
      bad_dropped(flow.dropped("parsing_error")),
      empty_lines(flow.filtered("empty_line")),
      unlabelled(flow.filtered("empty_labels")),
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

}  // namespace components::loki::source_docker
