#pragma once
#include <span>
#include <string_view>

#include "river/config/program.h"

namespace components {

/// Every component and config block that Tributary has, sorted by name, and the names of Alloy's.
/// One line per signature in catalog.cc: an explicit list, because the linker drops
/// self-registering objects of a library.
river::config::Catalog catalog();

/// The names of Grafana Alloy's components and config blocks, sorted. Those that this program lacks
/// are reported as missing here instead of unknown.
std::span<const std::string_view> alloy_names();

}  // namespace components
