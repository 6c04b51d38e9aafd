#pragma once
#include "river/schema/field.h"

namespace components::loki::process::pack {

struct Args {
  std::vector<std::string> labels;
  bool ingest_timestamp = true;
};

inline constexpr std::string_view kDoc = "Packs labels and extracted values into a JSON line.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::pack
