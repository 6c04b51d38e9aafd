#pragma once
#include <cstdint>
#include <string>

#include "river/diag/source_map.h"

namespace river::diag {

/// The lines under a span with carets below it and `context_lines` around it, as in
/// river-language §8.2:
///
///   1 |   a = 1
///   2 |       b = [
///     |  _____^^^^^
///   3 | |         1,
///   4 | |     ]
///     | |_____^
///
/// The middle of a long range is left out. Empty when the span's text is unknown.
std::string excerpt(Span span, const SourceMap& sources, uint32_t context_lines);

}  // namespace river::diag
