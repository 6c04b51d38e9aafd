#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct LabelDropArgs {
  std::vector<std::string> values;
};

extern const StageKindOf<LabelDropArgs> kLabelDrop;

}  // namespace components::loki::process::stages
