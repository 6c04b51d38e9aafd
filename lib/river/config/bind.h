#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "river/config/program.h"

namespace river::config {

/// A block that a reference may mean.
struct Declared {
  diag::Span place;
  Node* node = nullptr;  ///< nullptr: it could not be bound, which is reported already
};

/// The blocks of a configuration by id.
struct Bound {
  std::vector<std::unique_ptr<Node>> nodes;  ///< in file order
  std::map<std::string, Declared, std::less<>> by_id;
  /// First names of custom components that `declare` and `import` blocks would have made.
  std::set<std::string, std::less<>> modules;
};

/// Finds each top-level block's signature; the first half of resolve().
Bound bind(std::span<const ast::Tree* const> files, Catalog catalog, schema::Stability floor,
           diag::Diagnostics& diagnostics);

/// "experimental", as the --stability.level flag spells it.
std::string_view stability_name(schema::Stability stability);

}  // namespace river::config
