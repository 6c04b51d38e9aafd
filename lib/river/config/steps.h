#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "river/ast.h"
#include "river/config/program.h"

/// The steps from trees to a checked program, in order: bind() blocks to signatures, find the
/// references, order what refers to what, name what expressions may use, compare addresses.
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

/// A chain of names in an expression, as long as it goes: `loki.write.default.receiver`. What it
/// names, and how much of it is field access, is for resolve() to find out.
struct Chain {
  std::vector<std::string_view> names;
  diag::Span span;
};

/// The chains in a block's attributes and nested blocks, in the order of the text. Calls, indexes
/// and literals cut chains.
std::vector<Chain> chains_of(const ast::Body& body);

/// Edges of a graph whose nodes are numbers: dependencies[i] is what node i depends on.
using Dependencies = std::vector<std::vector<size_t>>;

/// All nodes, each after what it depends on; among those that are ready the lowest number first.
/// Where nodes depend on each other in a circle, one edge is disregarded.
std::vector<size_t> dependency_order(const Dependencies& dependencies);

/// The groups of two or more nodes that depend on each other in a circle; members in rising order,
/// groups by their first member.
std::vector<std::vector<size_t>> cycles(const Dependencies& dependencies);

/// The names that a node's expressions may use: `loki.write.default` is the field `default` of the
/// field `write` of the object `loki`, and so on for everything that the node refers to.
class Names {
 public:
  /// `exports` is asked for each dependency; what it answers nullptr for is unknown.
  Names(const Node& node, const ExportsOf& exports);

  /// For evaluate(); valid as long as this.
  Scope scope() const;

 private:
  std::map<std::string, Value, std::less<>> roots_;
};

/// The addresses that the components of a configuration listen on.
class Claims {
 public:
  /// Takes a claim of `node` in; reports it when another has the address. Unknown addresses and
  /// port 0 clash with nothing.
  void add(const schema::Claim& claim, const Node& node, diag::Diagnostics& diagnostics);

 private:
  /// An address that a component listens on.
  struct Listener {
    std::string_view protocol;
    std::string host;
    std::string port;
    diag::Span place;
    std::string_view by;  ///< id of the component
  };
  static bool clash(const Listener& a, const Listener& b);

  std::vector<Listener> taken_;
};

}  // namespace river::config
