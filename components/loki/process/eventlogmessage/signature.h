#pragma once
#include "components/loki/process/event_args_signature.h"

namespace components::loki::process::eventlogmessage {

struct Args {
  EventArgs event;
};

inline constexpr std::string_view kDoc = "Parses the message of a Windows event.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::eventlogmessage
