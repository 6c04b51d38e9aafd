#pragma once
#include "river/schema/field.h"

namespace components::loki::process::tenant {

struct Args {
  std::string label;
  std::string source;
  std::string value;
};

inline constexpr std::string_view kDoc = "Sets the tenant of entries.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::tenant
