#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct CriArgs {
  int64_t max_partial_lines = 100;
  uint64_t max_partial_line_size = 0;
  bool max_partial_line_size_truncate = false;
};

extern const StageKindOf<CriArgs> kCri;

}  // namespace components::loki::process::stages
