#pragma once
#include "river/schema/field.h"

namespace components::loki::process::json {

struct Args {
  std::map<std::string, std::string> expressions;
  river::schema::Regex regex;
  std::optional<std::string> source;
  bool drop_malformed = false;
};

inline constexpr std::string_view kDoc = "Extracts values from a JSON object.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::json
