#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct LuhnArgs {
  std::string replacement = "**REDACTED**";
  std::optional<std::string> source;
  int64_t min_length = 13;
  std::string delimiters;
  river::schema::Regex skip_regex;
};

extern const StageKindOf<LuhnArgs> kLuhn;

}  // namespace components::loki::process::stages
