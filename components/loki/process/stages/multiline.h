#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct MultilineArgs {
  river::schema::Regex firstline;
  uint64_t max_lines = 128;
  river::schema::Duration max_wait_time = std::chrono::seconds(3);
  bool trim_newlines = true;
};

extern const StageKindOf<MultilineArgs> kMultiline;

}  // namespace components::loki::process::stages
