#pragma once
#include <cstdint>
#include <string_view>

#include "compiler/migrate/documents/excerpt.h"

namespace compiler::migrate::documents {

/// Where a scalar's content stands in YAML text and how it is written there.
struct WrittenScalar {
  uint32_t begin = 0;  ///< of the content: without quotes, or behind the header of a block
  uint32_t end = 0;
  Encoding encoding = Encoding::plain;
  uint32_t indent = 0;
  bool is_exact = false;  ///< decoding it gives the value; false: it is shown but not edited
};

/// Finds the scalar that begins at `at` (its anchor or tag may come first) and means `value`.
WrittenScalar written_scalar(std::string_view text, uint32_t at, std::string_view value,
                             bool in_flow);

/// Whether the collection at `at` is written with [] or {}.
bool opens_flow_collection(std::string_view text, uint32_t at);

}  // namespace compiler::migrate::documents
