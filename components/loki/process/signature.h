#pragma once
#include "components/loki/process/stage_args_signature.h"
#include "components/shared/capsules.h"
#include "river/schema/field.h"

namespace components::loki::process {

struct Arguments {
  std::vector<LogsReceiver> forward_to;
  std::vector<StageArgs> stages;
};

struct Exports {
  LogsReceiver receiver;
};

extern const river::schema::Signature kSignature;

}  // namespace components::loki::process
