#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct DropArgs {
  std::string drop_counter_reason = "drop_stage";
  std::string source;
  std::string value;
  std::string separator = ";";
  river::schema::Regex expression;
  river::schema::Duration older_than;
  river::schema::ByteSize longer_than;
};

extern const StageKindOf<DropArgs> kDrop;

}  // namespace components::loki::process::stages
