#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace compiler::migrate::documents {

/// Which language a query is in as far as its text tells. Lines are not parsed: a text of either
/// language, of neither, or with any variable in it gets an answer.
enum class QueryShape : uint8_t { unclear, logql, promql };

/// LogQL selects with a brace that no name stands before; PromQL names series. An empty answer
/// means that neither was found (`1 > 0`, a variable).
QueryShape shape_of(std::string_view query);

/// A {name="value"} in running text.
struct FoundSelector {
  uint32_t begin = 0;  ///< with the name of a series, if one stands right before the brace
  uint32_t end = 0;
  bool has_series = false;
};

/// All selectors of a text; braces that hold no matcher are none.
std::vector<FoundSelector> find_selectors(std::string_view text);

/// Whether a text has a matcher that is in no braces: job="kairos".
bool has_matcher(std::string_view text);

}  // namespace compiler::migrate::documents
