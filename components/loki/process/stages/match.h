#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

enum class MatchAction { keep, drop };

struct MatchArgs {
  std::string selector;
  StageList stages;
  MatchAction action = MatchAction::keep;
  std::string pipeline_name;
  std::string drop_counter_reason = "match_stage";
};

extern const StageKindOf<MatchArgs> kMatch;

}  // namespace components::loki::process::stages

namespace river::schema {
template <>
inline constexpr EnumName<components::loki::process::stages::MatchAction>
    kEnumNames<components::loki::process::stages::MatchAction>[] = {
        {"keep", components::loki::process::stages::MatchAction::keep},
        {"drop", components::loki::process::stages::MatchAction::drop},
};
}  // namespace river::schema
