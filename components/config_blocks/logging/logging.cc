#include "components/config_blocks/logging/logging.h"

#include <algorithm>
#include <utility>

#include "components/shared/batches.h"

namespace components::config_blocks::logging {
namespace {

thread_local bool sends_own_lines = false;

}  // namespace

OwnLines::OwnLines(const base::metrics::Scope& metrics)
    : dropped_(metrics.counter("tributary_logging_dropped_lines_total",
                               "The agent's own log lines that write_to did not get in time.")) {}

base::Result<void> OwnLines::set(telemetry::Receivers<telemetry::LogBatch> next,
                                 base::log::Format format) {
  if (next.empty()) {
    stop();
    return {};
  }
  next_.set(std::move(next));
  format_ = format;
  if (thread_.joinable()) return {};
  auto thread = base::Thread::start("logging", [this](const std::stop_token& stop) { run(stop); });
  if (!thread) return tl::unexpected(thread.error());
  thread_ = std::move(*thread);
  base::log::set_tap([this](const base::log::Record& record) { take(record); });
  return {};
}

void OwnLines::stop() {
  if (!thread_.joinable()) return;
  base::log::set_tap(nullptr);
  thread_.request_stop();
  thread_.join();
}

void OwnLines::take(const base::log::Record& record) {
  if (sends_own_lines) return;
  std::string text = base::log::format_line(record, format_);
  text.resize(std::min(text.size() - 1, kLineBytesMax));  // Without the line feed.
  base::Lock lock(mutex_);
  if (bytes_ + text.size() > kBytesMax) return dropped_->add(1);
  bytes_ += text.size();
  lines_.push_back({record.time_ns, std::move(text)});
  has_lines_.notify_one();
}

void OwnLines::run(const std::stop_token& stop) {
  sends_own_lines = true;
  const telemetry::Labels labels{{"component", "alloy"}};
  for (;;) {
    std::vector<Line> lines;
    {
      base::Lock lock(mutex_);
      has_lines_.wait(mutex_, stop, [&]() REQUIRES_LOCK(mutex_) { return !lines_.empty(); });
      lines.swap(lines_);
      bytes_ = 0;
    }
    if (lines.empty()) return;  // Stopped.
    telemetry::LogBatch batch;
    batch.stop = stop;
    for (const Line& line : lines) batch.add(line.time_ns, line.text, labels);
    next_.receive(std::move(batch));
  }
}

namespace {

base::log::Level level_of(Level level) {
  switch (level) {
    case Level::debug:
      return base::log::Level::debug;
    case Level::info:
      return base::log::Level::info;
    case Level::warn:
      return base::log::Level::warn;
    case Level::error:
      return base::log::Level::error;
  }
  return base::log::Level::info;
}

}  // namespace

Logging::Logging(const Context& context, const Arguments& arguments)
    : arguments_(arguments), own_lines_(context.metrics) {}

base::Result<void> Logging::apply(const Arguments& arguments) {
  const auto format =
      arguments.format == Format::json ? base::log::Format::json : base::log::Format::logfmt;
  base::log::configure(level_of(arguments.level), format);
  return own_lines_.set(receivers_of(arguments.write_to), format);
}

base::Result<void> Logging::start() {
  return apply(arguments_);
}

void Logging::stop() {
  (void)apply(Arguments());  // Without receivers it cannot fail.
}

base::Result<void> Logging::update(const Arguments& arguments) {
  return apply(arguments);
}

}  // namespace components::config_blocks::logging
