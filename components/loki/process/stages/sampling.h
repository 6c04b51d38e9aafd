#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct SamplingArgs {
  std::string drop_counter_reason = "sampling_stage";
  double rate = 0;
};

extern const StageKindOf<SamplingArgs> kSampling;

}  // namespace components::loki::process::stages
