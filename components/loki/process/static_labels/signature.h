#pragma once
#include "river/schema/field.h"

namespace components::loki::process::static_labels {

struct Args {
  std::map<std::string, std::optional<std::string>> values;
};

inline constexpr std::string_view kDoc = "Sets labels to fixed values.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::static_labels
