#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct LabelKeepArgs {
  std::vector<std::string> values;
};

extern const StageKindOf<LabelKeepArgs> kLabelKeep;

}  // namespace components::loki::process::stages
