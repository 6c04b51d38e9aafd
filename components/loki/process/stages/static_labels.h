#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct StaticLabelsArgs {
  std::map<std::string, std::optional<std::string>> values;
};

extern const StageKindOf<StaticLabelsArgs> kStaticLabels;

}  // namespace components::loki::process::stages
