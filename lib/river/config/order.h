#pragma once
#include <cstddef>
#include <vector>

namespace river::config {

/// Edges of a graph whose nodes are numbers: dependencies[i] is what node i depends on.
using Dependencies = std::vector<std::vector<size_t>>;

/// All nodes, each after what it depends on; among those that are ready the lowest number first.
/// Where nodes depend on each other in a circle, one edge is disregarded.
std::vector<size_t> dependency_order(const Dependencies& dependencies);

/// The groups of two or more nodes that depend on each other in a circle; members in rising order,
/// groups by their first member.
std::vector<std::vector<size_t>> cycles(const Dependencies& dependencies);

}  // namespace river::config
