#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct OutputArgs {
  std::string source;
};

extern const StageKindOf<OutputArgs> kOutput;

}  // namespace components::loki::process::stages
