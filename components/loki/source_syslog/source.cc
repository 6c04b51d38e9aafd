#include "components/loki/source_syslog/source.h"

#include <utility>

namespace components::loki::source_syslog {

/// How long stop() waits for a receiver that blocks.
constexpr std::chrono::seconds kStopLimit{5};

Source::Source(Context context, const Arguments& arguments)
    : context_(std::move(context)), engine_(std::make_shared<Engine>(context_, arguments)) {}

base::Result<void> Source::start() {
  engine_->adopt_arguments();
  worker_.start([engine = engine_] { engine->run(); });
  return {};
}

base::Result<void> Source::update(const Arguments& arguments) {
  engine_->set_arguments(arguments);
  return {};
}

void Source::stop() {
  engine_->request_stop();
  if (!worker_.join(kStopLimit))
    context_.log.warn("a receiver still blocks; going on without waiting for it");
}

Health Source::health() const {
  auto problem = engine_->problem();
  if (problem.empty()) return {Health::State::healthy, ""};
  return {Health::State::unhealthy, std::move(problem)};
}

}  // namespace components::loki::source_syslog
