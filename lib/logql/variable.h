#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "logql/log_query.h"

/// Grafana's variables in a text. A name that begins with a digit is none: $1 is a group of a
/// regular expression, and [[0-9]] a part of one.
namespace logql {

/// How many bytes the variable at text[at] takes; 0: none begins there.
size_t variable_length(std::string_view text, size_t at);

/// The variable of `length` bytes at text[at]; its span is that place, moved by `base`.
Variable read_variable(std::string_view text, size_t at, size_t length, uint32_t base);

/// Whether `text` is made of variables alone.
bool only_variables(std::string_view text);
/// All variables of `text`, in order; their spans and `in_value` count from `base` and from 0.
std::vector<Variable> find_variables(std::string_view text, uint32_t base);

}  // namespace logql
