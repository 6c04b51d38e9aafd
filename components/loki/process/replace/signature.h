#pragma once
#include "river/schema/field.h"

namespace components::loki::process::replace {

struct Args {
  river::schema::Regex expression;
  std::string source;
  std::string replace;
};

inline constexpr std::string_view kDoc = "Replaces text in the line or in an extracted value.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::replace
