#include "components/config_blocks/logging/logging.h"

#include "components/shared/receivers.h"

namespace components::config_blocks::logging {
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
