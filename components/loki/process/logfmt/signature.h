#pragma once
#include "river/schema/field.h"

namespace components::loki::process::logfmt {

struct Args {
  std::map<std::string, std::string> mapping;
  std::string source;
  river::schema::Regex regex;
};

inline constexpr std::string_view kDoc = "Extracts values from key=value pairs.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::logfmt
