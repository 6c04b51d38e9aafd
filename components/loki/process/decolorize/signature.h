#pragma once
#include "river/schema/field.h"

namespace components::loki::process::decolorize {

struct Args {};

inline constexpr std::string_view kDoc = "Removes ANSI colour sequences from the line.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::decolorize
