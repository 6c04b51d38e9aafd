#pragma once
#include "river/schema/field.h"

namespace components::loki::process::multiline {

struct Args {
  river::schema::Regex firstline;
  uint64_t max_lines = 128;
  river::schema::Duration max_wait_time = std::chrono::seconds(3);
  bool trim_newlines = true;
};

inline constexpr std::string_view kDoc = "Joins lines that belong together.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::multiline
