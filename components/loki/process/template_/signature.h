#pragma once
#include "river/schema/field.h"

namespace components::loki::process::template_ {

struct Args {
  std::string source;
  std::string template_;
};

inline constexpr std::string_view kDoc = "Computes an extracted value with a Go template.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::template_
