#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace compiler::migrate::documents {

/// A {name="value"} in running text.
struct FoundSelector {
  uint32_t begin = 0;  ///< with the name of a series, if one stands right before the brace
  uint32_t end = 0;
  bool has_series = false;
};

/// All selectors of a text; braces that hold no matcher are none.
std::vector<FoundSelector> find_selectors(std::string_view text);

}  // namespace compiler::migrate::documents
