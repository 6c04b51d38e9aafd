#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct DecolorizeArgs {};

extern const StageKindOf<DecolorizeArgs> kDecolorize;

}  // namespace components::loki::process::stages
