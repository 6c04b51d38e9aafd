#pragma once
#include <optional>
#include <string_view>

#include "logql/log_query.h"
#include "logql/parser.h"

namespace logql {

/// Reads a string with its quotes, which begins at byte `base` of the query, into `result`.
std::optional<ParseError> unquote(std::string_view quoted, uint32_t base, Text& result);

/// `text` as it is written in a query, in the quotes it had if it holds variables: Grafana escapes
/// their values for double quotes.
std::string quoted(const Text& text);

}  // namespace logql
