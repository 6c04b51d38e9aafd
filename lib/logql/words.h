#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "logql/log_query.h"
#include "logql/parser.h"

/// What the words of a query say: strings, numbers with a unit, variables.
namespace logql {

/// Reads a string with its quotes, which begins at byte `base` of the query, into `result`.
std::optional<ParseError> unquote(std::string_view quoted, uint32_t base, Text& result);

/// `text` as it is written in a query, in the quotes it had if it holds variables: Grafana escapes
/// their values for double quotes.
std::string quoted(const Text& text);

/// What a word that begins with a digit says.
enum class Quantity : uint8_t { none, number, duration, bytes };

/// 1_000, 0x1F, 1e-3, Inf | 1h30m, 1.5s, 2d | 10KB, 1.5MiB. Variables count for nothing here.
Quantity quantity(std::string_view word);

// Grafana's variables in a text. A name that begins with a digit is none: $1 is a group of a
// regular expression, and [[0-9]] a part of one.

/// How many bytes the variable at text[at] takes; 0: none begins there.
size_t variable_length(std::string_view text, size_t at);

/// The variable of `length` bytes at text[at]; its span is that place, moved by `base`.
Variable read_variable(std::string_view text, size_t at, size_t length, uint32_t base);

/// Whether `text` is made of variables alone.
bool only_variables(std::string_view text);
/// All variables of `text`, in order; their spans and `in_value` count from `base` and from 0.
std::vector<Variable> find_variables(std::string_view text, uint32_t base);

}  // namespace logql
