#pragma once
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "river/ast.h"
#include "river/value.h"

namespace river {

/// Whether a list or an object is written on one line or has a line for each element.
enum class Layout {
  automatic,  ///< a list: one line if it is short; an object: one line up to one field
  one_line,
  one_per_line,
};

/// Makes nodes for generated River. They carry the place they were made for (a line of YAML), so
/// that findings about them point there. All text is copied into the arena, which must outlive the
/// nodes. A node may be used once only: its place in the tree decides its layout. Not thread safe.
class Builder {
 public:
  using Items = std::vector<ast::Expr*>;
  using Fields = std::vector<std::pair<std::string_view, ast::Expr*>>;
  using Statements = std::vector<ast::Statement*>;

  explicit Builder(base::Arena& arena, diag::Span place = {}) : arena_(&arena), place_(place) {}
  /// The same arena, with nodes that carry another place.
  Builder at(diag::Span place) const { return Builder(*arena_, place); }

  ast::Expr* null() const;
  ast::Expr* boolean(bool value) const;
  ast::Expr* number(int64_t value) const;
  /// A finite number.
  ast::Expr* number(const Number& value) const;
  /// A string literal; quotes and escapes are added.
  ast::Expr* string(std::string_view value) const;
  /// `a.b.c`; the parts must be identifiers.
  ast::Expr* reference(std::string_view dotted) const;
  ast::Expr* list(const Items& items, Layout layout = Layout::automatic) const;
  /// Keys that are no identifiers get quotes.
  ast::Expr* object(const Fields& fields, Layout layout = Layout::automatic) const;
  /// `function(arguments...)`; `function` is dotted.
  ast::Expr* call(std::string_view function, const Items& arguments) const;
  /// A literal for a known value; its parts carry the value's origin where that is known. nullptr
  /// for what has no literal: unknowns, functions, capsules and secrets (at any depth).
  ast::Expr* literal(const Value& value) const;

  ast::Statement* attribute(std::string_view name, ast::Expr* value) const;
  /// `label` empty: none.
  ast::Statement* block(std::string_view name, std::string_view label,
                        const Statements& statements) const;
  /// Puts `// text` on lines of their own above a statement, under those already there. Call it
  /// before the statement goes into a body or a block.
  void comment_above(ast::Statement& statement, std::string_view text) const;

  /// Lays statements out one below the other, with blank lines around blocks. For a tree's body
  /// when block() does not do.
  ast::Body body(const Statements& statements) const;

 private:
  ast::Expr node(ast::ExprKind kind) const;
  void set_lines_before(ast::Trivia& trivia, uint8_t lines) const;
  ast::Expr* literal_text(ast::ExprKind kind, std::string_view text) const;

  base::Arena* arena_;
  diag::Span place_;
};

}  // namespace river
