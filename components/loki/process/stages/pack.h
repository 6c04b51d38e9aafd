#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct PackArgs {
  std::vector<std::string> labels;
  bool ingest_timestamp = true;
};

extern const StageKindOf<PackArgs> kPack;

}  // namespace components::loki::process::stages
