#pragma once
#include "components/loki/process/stages/event_values.h"
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct EventLogMessageArgs {
  EventArgs event;
};

extern const StageKindOf<EventLogMessageArgs> kEventLogMessage;

}  // namespace components::loki::process::stages
