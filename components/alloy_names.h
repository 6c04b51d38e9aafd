#pragma once
#include <string_view>

namespace river::config {

/// Grafana Alloy has a component or block of this name; whether this agent has it too is for the
/// catalogue to say.
bool is_alloy_name(std::string_view name);

}  // namespace river::config
