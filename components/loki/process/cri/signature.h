#pragma once
#include "river/schema/field.h"

namespace components::loki::process::cri {

struct Args {
  int64_t max_partial_lines = 100;
  uint64_t max_partial_line_size = 0;
  bool max_partial_line_size_truncate = false;
};

inline constexpr std::string_view kDoc =
    "Parses lines as container runtimes write them, and joins partial ones.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::cri
