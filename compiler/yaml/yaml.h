#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "river/diag/diagnostics.h"

/// YAML as an inventory needs it: every key and value knows its place, duplicate keys are found,
/// encrypted values stay closed. Built from yaml-cpp's events, because its own node tree forgets
/// duplicates and ends.
namespace compiler::yaml {

using river::diag::Span;

enum class Kind : uint8_t { null, scalar, list, map };
std::string_view kind_name(Kind kind);

struct Node;

struct Pair {
  std::string_view key;
  Span key_span;
  const Node* value = nullptr;
};

/// One value. Lives in the arena of its Document and is immutable; an alias is the same node again.
struct Node {
  Kind kind = Kind::null;
  bool plain = false;      ///< scalar without quotes: may mean a number, a boolean or null
  bool templated = false;  ///< it or something in it holds a Jinja expression
  /// A scalar from a vault file that was opened: it counts as encrypted where values become text.
  bool from_vault = false;
  std::string_view text = {};  ///< of a scalar; empty when it is encrypted
  std::string_view tag = {};   ///< "!vault" for all that is encrypted; empty without a tag
  Span span = {};
  std::span<const Node* const> items = {};
  std::span<const Pair> pairs = {};             ///< in written order, keys unique
  std::span<const uint32_t> pairs_sorted = {};  ///< indices of pairs by key; empty for small maps

  /// The pair of a map with this key, or nullptr.
  const Pair* find(std::string_view key) const;
};

/// A parsed file with the memory of its nodes. Texts view the SourceMap where they can.
struct Document {
  base::Arena arena;
  const Node* root = nullptr;  ///< nullptr: empty file, or a syntax error that was reported
};

/// Parses one document. Reports syntax errors, duplicate keys and keys that are not text.
std::unique_ptr<Document> parse(const river::diag::SourceFile& file,
                                river::diag::Diagnostics& diagnostics);

/// Makes a map in `arena`; `pairs` must have unique keys.
const Node* make_map(base::Arena& arena, Span span, const std::vector<Pair>& pairs);
const Node* make_list(base::Arena& arena, Span span, const std::vector<const Node*>& items);
/// A copy of a value that stands at another place, with all that is in it.
const Node* placed_at(Span span, const Node& node, base::Arena& arena);
/// An encrypted value.
const Node* make_encrypted(base::Arena& arena, Span span);

/// The meaning of a plain scalar as Ansible (YAML 1.1) reads it: yes/no/on/off are booleans.
/// nullopt when the node is something else.
std::optional<bool> as_bool(const Node& node);
std::optional<int64_t> as_int(const Node& node);
bool is_null(const Node& node);
/// The value is encrypted (`!vault`, also in the JSON of ansible-inventory; a value of sops) and
/// has no text here.
bool is_encrypted(const Node& node);
/// An encrypted value that it is or holds; nullptr without one.
const Node* find_encrypted(const Node& node);
/// A scalar's text; nullopt for maps, lists, null, booleans and encrypted values.
std::optional<std::string_view> as_text(const Node& node);
/// What the node is, for messages: "a list", "a number", "text".
std::string_view describe(const Node& node);

}  // namespace compiler::yaml
