#include "components/loki/source_syslog/source.h"

#include <utility>

namespace components::loki::source_syslog {

Source::Source(Context context, const Arguments& arguments, EngineOptions options)
    : context_(std::move(context)), engine_(context_, arguments, std::move(options)) {}

base::Result<void> Source::start() {
  if (auto opened = engine_.open(); !opened) return opened;
  engine_.adopt_arguments();
  auto thread = base::Thread::start("loki.syslog", [this] { engine_.run(); });
  if (!thread) return tl::unexpected(thread.error());
  thread_ = std::move(*thread);
  return {};
}

base::Result<void> Source::update(const Arguments& arguments) {
  engine_.set_arguments(arguments);
  return {};
}

void Source::stop() {
  engine_.request_stop();
  thread_.join();
}

Health Source::health() const {
  auto problem = engine_.problem();
  if (problem.empty()) return {Health::State::healthy, ""};
  return {Health::State::unhealthy, std::move(problem)};
}

}  // namespace components::loki::source_syslog
