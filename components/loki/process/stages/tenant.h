#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct TenantArgs {
  std::string label;
  std::string source;
  std::string value;
};

extern const StageKindOf<TenantArgs> kTenant;

}  // namespace components::loki::process::stages
