#pragma once
#include "river/schema/field.h"

namespace components::loki::process::label_drop {

struct Args {
  std::vector<std::string> values;
};

inline constexpr std::string_view kDoc = "Removes labels.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::label_drop
