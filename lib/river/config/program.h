#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "river/ast.h"
#include "river/diag/diagnostics.h"
#include "river/eval.h"
#include "river/schema/field.h"

/// A whole configuration: one or more files, bound to signatures, references
/// resolved, ordered. The catalogue of signatures is an argument: this room knows no component.
namespace river::config {

/// What a configuration may be made of. A view: it does not own the signatures.
struct Catalog {
  std::span<const schema::Signature* const> signatures;  ///< sorted by name
  /// Names of Grafana Alloy, sorted: one without a signature is reported as missing, not unknown.
  std::span<const std::string_view> alloy_names;

  Catalog() = default;
  Catalog(std::span<const schema::Signature* const> known,
          std::span<const std::string_view> of_alloy)
      : signatures(known), alloy_names(of_alloy) {}
  template <size_t N>
  Catalog(const schema::Signature* const (&known)[N]) : signatures(known) {}
};

/// One top-level block.
struct Node {
  std::string id;  ///< "loki.write.default"; "logging" for config blocks
  const ast::Statement* block = nullptr;
  const schema::Signature* signature = nullptr;
  std::vector<const Node*> dependencies;  ///< what it refers to, each once
  /// References that name nothing here, "loki.write.typo.receiver". They are reported already, so
  /// checking takes them for unknown values.
  std::vector<std::string> unresolved;
};

/// Nodes in dependency order: each comes after everything it refers to. Views the trees it was
/// made from, which must outlive it.
struct Program {
  std::vector<std::unique_ptr<Node>> nodes;

  const Node* find(std::string_view id) const;
};

/// Parses the files of a configuration, in order. The trees view texts that `sources` owns.
std::vector<std::unique_ptr<ast::Tree>> load(std::vector<base::NamedText> texts,
                                             diag::SourceMap& sources,
                                             diag::Diagnostics& diagnostics);

/// Binds and orders the blocks of all files of a configuration, in file order; independent blocks
/// keep it. Reports unknown components (with a suggestion), missing or superfluous labels,
/// duplicate ids, references to nothing, cycles, what is below the stability floor, deprecated
/// names. Blocks that could not be bound are left out.
Program resolve(std::span<const ast::Tree* const> files, Catalog catalog, schema::Stability floor,
                diag::Diagnostics& diagnostics);

/// Checks every node: decodes it with the exports of other components unknown. Also reports
/// addresses that two components listen on, and receivers that nothing sends to.
void check(const Program& program, diag::Diagnostics& diagnostics);

/// Decodes one node with the exports of others known: `exports(id)` is asked for each component it
/// refers to. nullptr after reporting when the arguments are unusable; otherwise the signature's
/// arguments struct.
using ExportsOf = std::function<const Value*(std::string_view id)>;
std::shared_ptr<void> decode(const Program& program, const Node& node, const ExportsOf& exports,
                             diag::Diagnostics& diagnostics);

}  // namespace river::config
