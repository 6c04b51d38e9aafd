#pragma once
#include "river/schema/field.h"

namespace components::loki::process::windowsevent {

struct Args {
  std::string source = "message";
  bool drop_invalid_labels = false;
  bool overwrite_existing = false;
};

inline constexpr std::string_view kDoc = "Parses the message of a Windows event with its sections.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::windowsevent
