#include "components/loki/source_file/source.h"

#include <utility>

namespace components::loki::source_file {

Source::Source(Context context, const Arguments& arguments)
    : context_(std::move(context)), engine_(context_, arguments) {}

base::Result<void> Source::start() {
  positions_ = std::make_shared<io::Positions>(context_.data_dir / "positions", context_.metrics,
                                               context_.log);
  engine_.set_positions(positions_);
  auto thread = base::Thread::start("loki.file", [this] { engine_.run(); });
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
  if (!positions_) return;
  if (const auto saved = positions_->save(); !saved)
    context_.log.error("{}", saved.error().message);
  positions_.reset();  // Acks that are under way hold it still, and save when they are done.
}

Health Source::health() const {
  auto problem = engine_.problem();
  if (problem.empty()) return {Health::State::healthy, ""};
  return {Health::State::unhealthy, std::move(problem)};
}

}  // namespace components::loki::source_file
