#pragma once
#include <span>
#include <string_view>

namespace components {

/// The names of Grafana Alloy's components and config blocks, sorted. Those that this program lacks
/// are reported as missing here instead of unknown.
std::span<const std::string_view> alloy_names();

}  // namespace components
