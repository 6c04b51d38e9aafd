#pragma once
#include "river/schema/field.h"

namespace components::loki::process::sampling {

struct Args {
  std::string drop_counter_reason = "sampling_stage";
  double rate = 0;
};

inline constexpr std::string_view kDoc = "Keeps a random part of the entries.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::sampling
