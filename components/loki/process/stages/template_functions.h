#pragma once
#include <span>
#include <string>
#include <variant>

#include "base/result.h"

namespace components::loki::process::stages {

/// A value while a template runs: nothing, a truth value, a number or a text.
using TemplateValue = std::variant<std::monostate, bool, double, std::string>;

/// As {{ }} prints it; nothing is "<no value>", as in Go.
std::string to_text(const TemplateValue& value);
/// Whether `if` takes it for true: not nothing, not false, not 0, not empty.
bool is_true(const TemplateValue& value);

/// Calls a function that find_template_function() knows, with as many arguments as it takes.
base::Result<TemplateValue> call_template_function(const std::string& function,
                                                   std::span<const TemplateValue> arguments);

}  // namespace components::loki::process::stages
