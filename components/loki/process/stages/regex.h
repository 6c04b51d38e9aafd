#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct RegexArgs {
  river::schema::Regex expression;
  std::optional<std::string> source;
  bool labels_from_groups = false;
};

extern const StageKindOf<RegexArgs> kRegex;

}  // namespace components::loki::process::stages
