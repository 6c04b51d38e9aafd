#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct TemplateArgs {
  std::string source;
  std::string template_;
};

extern const StageKindOf<TemplateArgs> kTemplate;

}  // namespace components::loki::process::stages
