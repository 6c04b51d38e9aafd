#pragma once
#include <span>
#include <string>
#include <variant>

#include "base/result.h"

namespace components::loki::process::template_ {

/// A value while a template runs: nothing, a truth value, a number or a text.
using Value = std::variant<std::monostate, bool, double, std::string>;

/// As {{ }} prints it; nothing is "<no value>", as in Go.
std::string to_text(const Value& value);
/// Whether `if` takes it for true: not nothing, not false, not 0, not empty.
bool is_true(const Value& value);

/// Calls a function that find_function() knows, with as many arguments as it takes.
base::Result<Value> call(const std::string& function, std::span<const Value> arguments);

}  // namespace components::loki::process::template_
