#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct ReplaceArgs {
  river::schema::Regex expression;
  std::string source;
  std::string replace;
};

extern const StageKindOf<ReplaceArgs> kReplace;

}  // namespace components::loki::process::stages
