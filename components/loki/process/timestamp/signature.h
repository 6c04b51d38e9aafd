#pragma once
#include "river/schema/field.h"

namespace components::loki::process::timestamp {

enum class OnFailure { fudge, skip };
enum class OnDuplicate { fudge, keep };

struct Args {
  std::string source;
  std::string format;
  std::vector<std::string> fallback_formats;
  std::optional<std::string> location;
  OnFailure action_on_failure = OnFailure::fudge;
  OnDuplicate action_on_duplicate_timestamp = OnDuplicate::fudge;
};

inline constexpr std::string_view kDoc = "Sets the timestamp from an extracted value.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::timestamp

namespace river::schema {
template <>
inline constexpr EnumName<components::loki::process::timestamp::OnFailure>
    kEnumNames<components::loki::process::timestamp::OnFailure>[] = {
        {"fudge", components::loki::process::timestamp::OnFailure::fudge},
        {"skip", components::loki::process::timestamp::OnFailure::skip},
};
template <>
inline constexpr EnumName<components::loki::process::timestamp::OnDuplicate>
    kEnumNames<components::loki::process::timestamp::OnDuplicate>[] = {
        {"fudge", components::loki::process::timestamp::OnDuplicate::fudge},
        {"keep", components::loki::process::timestamp::OnDuplicate::keep},
};
}  // namespace river::schema
