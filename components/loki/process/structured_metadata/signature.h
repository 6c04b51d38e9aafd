#pragma once
#include "river/schema/field.h"

namespace components::loki::process::structured_metadata {

struct Args {
  std::map<std::string, std::optional<std::string>> values;
  river::schema::Regex regex;
};

inline constexpr std::string_view kDoc =
    "Moves extracted values and labels to structured metadata.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::structured_metadata
