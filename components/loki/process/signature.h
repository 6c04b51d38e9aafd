#pragma once
#include "components/loki/process/stages/kind.h"
#include "components/shared/capsules.h"
#include "river/schema/field.h"

namespace components::loki::process {

struct Arguments {
  std::vector<LogsReceiver> forward_to;
  stages::StageList stages;
};

struct Exports {
  LogsReceiver receiver;
};

extern const river::schema::Signature kSignature;

}  // namespace components::loki::process
