#pragma once
#include "river/schema/field.h"

namespace components::loki::process::output {

struct Args {
  std::string source;
};

inline constexpr std::string_view kDoc = "Makes an extracted value the line.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::output
