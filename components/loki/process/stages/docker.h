#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct DockerArgs {};

extern const StageKindOf<DockerArgs> kDocker;

}  // namespace components::loki::process::stages
