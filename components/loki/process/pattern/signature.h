#pragma once
#include "river/schema/field.h"

namespace components::loki::process::pattern {

struct Args {
  std::string pattern;
  std::optional<std::string> source;
  bool labels_from_groups = false;
};

inline constexpr std::string_view kDoc = "Extracts values by a pattern of <captures>.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::pattern
