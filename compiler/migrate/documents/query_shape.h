#pragma once
#include <cstdint>
#include <string_view>

namespace compiler::migrate::documents {

/// Which language a query is in as far as its text tells. Lines are not parsed: a text of either
/// language, of neither, or with any variable in it gets an answer.
enum class QueryShape : uint8_t { unclear, logql, promql };

/// LogQL selects with a brace that no name stands before; PromQL names series. An empty answer
/// means that neither was found (`1 > 0`, a variable).
QueryShape shape_of(std::string_view query);

}  // namespace compiler::migrate::documents
