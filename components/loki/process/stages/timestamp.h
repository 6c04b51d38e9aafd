#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

enum class TimestampFailure { fudge, skip };
enum class TimestampDuplicate { fudge, keep };

struct TimestampArgs {
  std::string source;
  std::string format;
  std::vector<std::string> fallback_formats;
  std::optional<std::string> location;
  TimestampFailure action_on_failure = TimestampFailure::fudge;
  TimestampDuplicate action_on_duplicate_timestamp = TimestampDuplicate::fudge;
};

extern const StageKindOf<TimestampArgs> kTimestamp;

}  // namespace components::loki::process::stages

namespace river::schema {
template <>
inline constexpr EnumName<components::loki::process::stages::TimestampFailure>
    kEnumNames<components::loki::process::stages::TimestampFailure>[] = {
        {"fudge", components::loki::process::stages::TimestampFailure::fudge},
        {"skip", components::loki::process::stages::TimestampFailure::skip},
};
template <>
inline constexpr EnumName<components::loki::process::stages::TimestampDuplicate>
    kEnumNames<components::loki::process::stages::TimestampDuplicate>[] = {
        {"fudge", components::loki::process::stages::TimestampDuplicate::fudge},
        {"keep", components::loki::process::stages::TimestampDuplicate::keep},
};
}  // namespace river::schema
