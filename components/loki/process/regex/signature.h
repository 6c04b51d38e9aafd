#pragma once
#include "river/schema/field.h"

namespace components::loki::process::regex {

struct Args {
  river::schema::Regex expression;
  std::optional<std::string> source;
  bool labels_from_groups = false;
};

inline constexpr std::string_view kDoc = "Extracts values by the named groups of a regex.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::regex
