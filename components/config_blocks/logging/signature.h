#pragma once
#include <vector>

#include "components/shared/capsules.h"
#include "river/schema/field.h"

/// The `logging` block: how the agent itself logs.
namespace components::config_blocks::logging {

enum class Level { debug, info, warn, error };
enum class Format { logfmt, json };
enum class Destination { standard_error, windows_event_log };

struct Arguments {
  Level level = Level::info;
  Format format = Format::logfmt;
  Destination destination = Destination::standard_error;
  std::vector<LogsReceiver> write_to;
};

extern const river::schema::Signature kSignature;

}  // namespace components::config_blocks::logging

namespace river::schema {
template <>
inline constexpr EnumName<components::config_blocks::logging::Level>
    kEnumNames<components::config_blocks::logging::Level>[] = {
        {"debug", components::config_blocks::logging::Level::debug},
        {"info", components::config_blocks::logging::Level::info},
        {"warn", components::config_blocks::logging::Level::warn},
        {"error", components::config_blocks::logging::Level::error},
        {"", components::config_blocks::logging::Level::info},
};
template <>
inline constexpr EnumName<components::config_blocks::logging::Format>
    kEnumNames<components::config_blocks::logging::Format>[] = {
        {"logfmt", components::config_blocks::logging::Format::logfmt},
        {"json", components::config_blocks::logging::Format::json},
        {"", components::config_blocks::logging::Format::logfmt},
};
template <>
inline constexpr EnumName<components::config_blocks::logging::Destination>
    kEnumNames<components::config_blocks::logging::Destination>[] = {
        {"stderr", components::config_blocks::logging::Destination::standard_error},
        {"windows_event_log", components::config_blocks::logging::Destination::windows_event_log},
};
}  // namespace river::schema
