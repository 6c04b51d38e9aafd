#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct SplitJsonArgs {
  std::optional<std::string> source;
};

extern const StageKindOf<SplitJsonArgs> kSplitJson;

}  // namespace components::loki::process::stages
