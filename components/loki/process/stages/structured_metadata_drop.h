#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct StructuredMetadataDropArgs {
  std::vector<std::string> values;
};

extern const StageKindOf<StructuredMetadataDropArgs> kStructuredMetadataDrop;

}  // namespace components::loki::process::stages
