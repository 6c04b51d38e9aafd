#pragma once
#include "river/schema/field.h"

namespace components::loki::process::docker {

struct Args {};

inline constexpr std::string_view kDoc = "Parses lines as Docker's json-file driver writes them.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::docker
