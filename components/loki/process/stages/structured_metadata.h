#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct StructuredMetadataArgs {
  std::map<std::string, std::optional<std::string>> values;
  river::schema::Regex regex;
};

extern const StageKindOf<StructuredMetadataArgs> kStructuredMetadata;

}  // namespace components::loki::process::stages
