#pragma once
#include <string_view>

#include "base/result.h"
#include "river/value.h"

namespace river::standard {

/// The parts of a JSON document that a path selects, as an array in document order:
///
///     [$] .name ['name'] [0] [-1] [1:5:2] [0,2,'name'] .* [*] ..name ..* [?(@.a == "x" && @.b)]
///
/// Filters know == != < <= > >= =~ && || ! ( ), paths from @ and $, strings, numbers, true, false
/// and null; a bare path asks whether it selects anything. Errors say what was expected and where.
base::Result<Value> json_path_select(const Value& document, std::string_view path);

}  // namespace river::standard
