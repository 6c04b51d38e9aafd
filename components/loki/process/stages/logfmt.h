#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct LogfmtArgs {
  std::map<std::string, std::string> mapping;
  std::string source;
  river::schema::Regex regex;
};

extern const StageKindOf<LogfmtArgs> kLogfmt;

}  // namespace components::loki::process::stages
