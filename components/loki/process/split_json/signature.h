#pragma once
#include "river/schema/field.h"

namespace components::loki::process::split_json {

struct Args {
  std::optional<std::string> source;
};

inline constexpr std::string_view kDoc = "Makes one entry of each element of a JSON array.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::split_json
