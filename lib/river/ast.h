#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "river/diag/source_map.h"

/// The syntax tree of River. Nodes are plain data in an arena. A tree made by the parser views the
/// text in its SourceMap; a tree made by cfgc (river/build.h) views text in its own arena. Both
/// print. Layout and comments are data of the nodes (Trivia), not offsets, so the printer needs no
/// source.
namespace river::ast {

using diag::Span;

struct Comment {
  std::string_view text;  ///< with its // or /* */, without CR and without the line's LF
  uint8_t lines_before =
      0;  ///< line breaks before it, at most 2: 0 same line, 2 after a blank line
};

/// What is between the previous token and this one.
struct Trivia {
  std::span<const Comment> comments;
  uint8_t lines_before =
      0;  ///< line breaks between the last comment (or token) and this token, at most 2
};

enum class ExprKind : uint8_t {
  bad,  ///< a syntax error stood here; already reported
  null_literal,
  bool_literal,
  number,      ///< integer spelling
  floating,    ///< spelling with . or exponent
  string,      ///< "..." with escapes
  raw_string,  ///< `...`
  identifier,
  access,  ///< left.text
  index,   ///< left[right]
  call,    ///< left(items...)
  unary,   ///< op left
  binary,  ///< left op right
  paren,   ///< (left)
  array,   ///< [items...]
  object,  ///< {fields...}
};

enum class Op : uint8_t {
  none,
  logical_or,
  logical_and,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  add,
  subtract,
  multiply,
  divide,
  modulo,
  power,
  logical_not,
  negate,
};

struct Expr;

/// `key = value` in an object literal. The key is the raw text: quotes taken off, escapes kept.
/// Trivia in front of the = is part of the value's.
struct Field {
  Span key_span;
  Trivia before;
  std::string_view key;
  bool quoted = false;  ///< "key" or `key`
  bool raw = false;     ///< `key`
  Expr* value = nullptr;
};

struct Expr {
  ExprKind kind = ExprKind::bad;
  Op op = Op::none;
  uint16_t height = 0;  ///< steps down to the deepest leaf, so that walks of a tree may recurse
  Span span;
  Span op_span;   ///< the operator; for access: the accessed name
  Trivia before;  ///< in front of the first token; kept by the leaf or unary that starts there
  Trivia before_close;    ///< in front of a ) ] or } that ends the node; of a binary's operator
  std::string_view text;  ///< a literal's spelling with quotes, an identifier, an accessed name
  Expr* left = nullptr;
  Expr* right = nullptr;
  std::span<Expr*> items;
  std::span<Field> fields;
};

struct Statement;

struct Body {
  std::span<Statement*> statements;
  Trivia before_close;  ///< in front of the } or the end of the file
  Span close_span;      ///< the } or the end of the file
};

/// An attribute `name = value` or a block `name "label" { body }`.
struct Statement {
  bool is_block = false;
  Span span;
  Span name_span;
  Trivia before;
  Trivia before_label;
  Trivia before_open;      ///< in front of the {
  std::string_view name;   ///< dotted for blocks
  std::string_view label;  ///< empty: none
  Span label_span;         ///< with quotes
  Expr* value = nullptr;   ///< attributes only
  Body body;               ///< blocks only

  /// From the name to the end of the label: where messages about the block as a whole point.
  Span header_span() const { return diag::join(name_span, label_span); }
};

/// A file's tree with the memory of all its nodes.
struct Tree {
  base::Arena arena;
  Body body;
};

}  // namespace river::ast

namespace river {

/// A tree as an S-expression without layout, for tests: "(= a (+ 1 b))", "(block k.l "x" ...)".
std::string dump(const ast::Body& body);
std::string dump(const ast::Expr& expression);

/// An operator as it is written; "" for none.
std::string_view spelling(ast::Op op);

}  // namespace river
