#pragma once
#include <string>
#include <string_view>

namespace compiler::emit {

/// What turns `before` into `after`, line by line, as a unified diff with three lines of context
/// and the names a/NAME and b/NAME. Empty when both are equal.
std::string unified_diff(std::string_view name, std::string_view before, std::string_view after);

}  // namespace compiler::emit
