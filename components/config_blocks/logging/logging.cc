#include "components/config_blocks/logging/logging.h"

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

void apply(const Arguments& arguments) {
  base::log::configure(level_of(arguments.level), arguments.format == Format::json
                                                      ? base::log::Format::json
                                                      : base::log::Format::logfmt);
}

}  // namespace

Logging::Logging(const Context&, const Arguments& arguments) : arguments_(arguments) {}

base::Result<void> Logging::start() {
  apply(arguments_);
  return {};
}

void Logging::stop() {
  apply(Arguments());
}

base::Result<void> Logging::update(const Arguments& arguments) {
  apply(arguments);
  return {};
}

}  // namespace components::config_blocks::logging
