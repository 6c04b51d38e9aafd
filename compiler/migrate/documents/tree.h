#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/migrate/documents/excerpt.h"

/// JSON and YAML as one tree in which every value and key knows its bytes.
namespace compiler::migrate::documents {

class Value;

/// A text that is no JSON or YAML: where in it, and why.
struct TreeError {
  uint32_t at = 0;  ///< byte of the text that was read
  std::string message;
};

/// One document of JSON or YAML. Values are valid while it lives. Not copied: texts view into it.
class Tree {
 public:
  enum class Kind : uint8_t { null, boolean, number, string, list, map };
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Node {
    std::string_view text;  ///< decoded; of numbers and booleans as written
    std::string_view key;   ///< decoded; of a map's values
    uint32_t begin = 0;     ///< of the content in the source: without quotes
    uint32_t end = 0;
    uint32_t key_begin = 0;
    uint32_t key_end = 0;
    uint32_t parent = kNone;
    uint32_t first = kNone;  ///< child
    uint32_t next = kNone;   ///< sibling
    uint32_t indent = 0;
    Kind kind = Kind::null;
    Encoding encoding = Encoding::plain;
    Encoding key_encoding = Encoding::plain;
    bool is_exact = true;  ///< [begin, end) in `encoding` gives `text`
  };

  Tree() = default;
  Tree(Tree&&) = default;
  Tree& operator=(Tree&&) = default;

  Value root() const;

 private:
  friend class Value;
  friend class JsonReader;
  friend class YamlReader;
  Excerpt source_;
  std::shared_ptr<void> memory_;  // Texts that stand differently in the source.
  std::vector<Node> nodes_;
};

/// Reads JSON; a byte order mark in front is passed. At most 200 levels deep. When `error` is given
/// and nullopt comes back, it says why.
std::optional<Tree> read_json(const Excerpt& source, TreeError* error = nullptr);

/// Reads all documents of a YAML text; those without content are left out. Aliases are copied, at
/// most a million values in all. A document that is not YAML ends the list with an error.
std::vector<Tree> read_yaml(const Excerpt& source, std::optional<TreeError>& error);

/// A value of a tree, or none: asking none for more gives none. As cheap as a pointer.
class Value {
 public:
  Value() = default;
  Value(const Tree* tree, uint32_t index) : tree_(tree), index_(index) {}

  bool exists() const { return index_ != Tree::kNone; }
  bool is(Tree::Kind kind) const { return exists() && node().kind == kind; }
  bool is_map() const { return is(Tree::Kind::map); }
  bool is_list() const { return is(Tree::Kind::list); }
  bool is_string() const { return is(Tree::Kind::string); }
  /// null, or not there at all.
  bool is_null() const { return !exists() || node().kind == Tree::Kind::null; }
  bool is_true() const { return is(Tree::Kind::boolean) && node().text == "true"; }

  /// The value of a map's key, the last one if it is written twice.
  Value operator[](std::string_view key) const;
  bool has(std::string_view key) const { return (*this)[key].exists(); }
  /// Decoded text of strings, numbers and booleans; empty for all else.
  std::string_view text() const;
  std::string_view key() const { return exists() ? node().key : std::string_view(); }

  /// The content with its way back to the file; empty for lists and maps.
  Excerpt excerpt() const;
  Excerpt key_excerpt() const;
  /// RFC 6901; "" is the root.
  std::string pointer() const;
  uint32_t in_file() const;
  Value parent() const { return exists() ? Value(tree_, node().parent) : Value(); }

  class Iterator {
   public:
    Iterator(const Tree* tree, uint32_t index) : tree_(tree), index_(index) {}
    Value operator*() const { return {tree_, index_}; }
    Iterator& operator++();
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }

   private:
    const Tree* tree_;
    uint32_t index_;
  };
  Iterator begin() const { return {tree_, exists() ? node().first : Tree::kNone}; }
  Iterator end() const { return {tree_, Tree::kNone}; }

 private:
  const Tree::Node& node() const { return tree_->nodes_[index_]; }
  const Tree* tree_ = nullptr;
  uint32_t index_ = Tree::kNone;
};

}  // namespace compiler::migrate::documents
