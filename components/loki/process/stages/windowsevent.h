#pragma once
#include "components/loki/process/stages/event_values.h"
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct WindowsEventArgs {
  EventArgs event;
};

extern const StageKindOf<WindowsEventArgs> kWindowsEvent;

}  // namespace components::loki::process::stages
