#pragma once
#include "river/schema/field.h"

namespace components::loki::process::label_keep {

struct Args {
  std::vector<std::string> values;
};

inline constexpr std::string_view kDoc = "Removes all other labels.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::label_keep
