#include "components/loki/source_journal/source.h"

#include <utility>

#include "components/shared/batches.h"

namespace components::loki::source_journal {

Source::Source(Context context, const Arguments& arguments) : context_(std::move(context)) {
  configure(arguments);
}

void Source::configure(const Arguments& arguments) {
  next_.set(receivers_of(arguments.forward_to));

  auto config = std::make_shared<ReaderConfig>();
  config->base = base_labels(arguments, context_.id);
  if (arguments.relabel_rules.pointer) config->rules = *arguments.relabel_rules.pointer;
  config->format_as_json = arguments.format_as_json;
  config->max_age = arguments.max_age.value;
  config->path = arguments.path;
  for (const std::string_view match : match_words(arguments.matches))
    config->matches.emplace_back(match);
  config_.set(std::move(config));
}

base::Result<void> Source::start() {
  positions_ = std::make_shared<io::Positions>(context_.data_dir / "positions", context_.metrics,
                                               context_.log);
  reader_ = std::make_unique<JournalReader>(
      JournalReader::Environment{"cursor-" + context_.id, positions_, next_, context_.metrics,
                                 context_.log, [this](Health health) {
                                   base::Lock lock(health_mutex_);
                                   health_ = std::move(health);
                                 }});
  return start_thread();
}

base::Result<void> Source::start_thread() {
  auto thread = base::Thread::start(
      "loki.journal", [this](std::stop_token stop) { reader_->run(config_, std::move(stop)); });
  if (!thread) return tl::unexpected(thread.error());
  thread_ = std::move(*thread);
  return {};
}

base::Result<void> Source::update(const Arguments& arguments) {
  const auto before = config_.get();
  configure(arguments);
  if (!reader_) return {};
  // Without a thread the last change could not get one.
  if (thread_.joinable() && config_.get()->reads_like(*before)) return {};
  stop();
  return start_thread();
}

void Source::stop() {
  thread_.request_stop();
  thread_.join();
}

Health Source::health() const {
  if (positions_)
    if (const auto saved = positions_->health(); !saved)
      return {Health::State::unhealthy, saved.error().message};
  base::Lock lock(health_mutex_);
  return health_;
}

}  // namespace components::loki::source_journal
