#pragma once
#include <string>
#include <string_view>

namespace compiler::emit {

/// Whether values under the names of secrets (river::diag::redact) are in a diff. Without them
/// it is for people and cannot be applied.
enum class Secrets { shown, left_out };

/// What turns `before` into `after`, line by line, as a unified diff with three lines of context
/// and the names a/NAME and b/NAME. Empty when both are equal.
std::string unified_diff(std::string_view name, std::string_view before, std::string_view after,
                         Secrets secrets = Secrets::shown);

}  // namespace compiler::emit
