#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace components::loki::process::stages {

/// One step into a JSON value: a key of an object, or an index into an array.
struct JsonStep {
  std::string key;
  int index = -1;  ///< 0 and above: an index, and `key` does not count
};
using JsonPath = std::vector<JsonStep>;

/// Reads the part of JMESPath that names one value: `a`, `a.b`, `"odd key".b`, `list[0].c`.
/// Anything more (projections, filters, functions, pipes) is an error that says so.
base::Result<JsonPath> parse_json_path(std::string_view text);

}  // namespace components::loki::process::stages
