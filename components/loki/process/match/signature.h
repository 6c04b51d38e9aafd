#pragma once
#include "river/schema/field.h"

namespace components::loki::process {
struct StageArgs;
}

namespace components::loki::process::match {

enum class Action { keep, drop };

struct Args {
  std::string selector;
  std::vector<StageArgs> stages;
  Action action = Action::keep;
  std::string pipeline_name;
  std::string drop_counter_reason = "match_stage";
};

inline constexpr std::string_view kDoc =
    "Runs stages on, or drops, the entries that a selector matches.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::match

namespace river::schema {
template <>
inline constexpr EnumName<components::loki::process::match::Action>
    kEnumNames<components::loki::process::match::Action>[] = {
        {"keep", components::loki::process::match::Action::keep},
        {"drop", components::loki::process::match::Action::drop},
};
}  // namespace river::schema
