#pragma once
#include "components/loki/process/stages/kind.h"
#include "components/loki/process/stages/labels.h"

namespace components::loki::process::stages {

struct TruncateRule {
  river::schema::ByteSize limit;
  std::string suffix;
  std::vector<std::string> sources;
  SourceType source_type = SourceType::line;
};

struct TruncateArgs {
  std::vector<TruncateRule> rule;
};

extern const StageKindOf<TruncateArgs> kTruncate;

}  // namespace components::loki::process::stages
