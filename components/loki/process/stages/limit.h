#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct LimitArgs {
  double rate = 0;
  int64_t burst = 0;
  bool drop = false;
  std::string by_label_name;
  int64_t max_distinct_labels = 0;
};

extern const StageKindOf<LimitArgs> kLimit;

}  // namespace components::loki::process::stages
