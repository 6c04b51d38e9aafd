#pragma once
#include <span>

#include "components/component.h"

namespace agent::graph {

/// How each component is made; one row per component in builders.cc. Config blocks that the agent
/// itself reads (`http`) have none.
std::span<const components::Builder> builders();

}  // namespace agent::graph
