#pragma once
#include "components/loki/process/event_args_signature.h"

namespace components::loki::process::windowsevent {

struct Args {
  EventArgs event;
};

inline constexpr std::string_view kDoc = "Parses the message of a Windows event with its sections.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::windowsevent
