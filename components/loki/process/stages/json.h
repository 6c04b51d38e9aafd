#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct JsonArgs {
  std::map<std::string, std::string> expressions;
  river::schema::Regex regex;
  std::optional<std::string> source;
  bool drop_malformed = false;
};

extern const StageKindOf<JsonArgs> kJson;

}  // namespace components::loki::process::stages
