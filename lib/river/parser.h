#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "river/ast.h"
#include "river/diag/diagnostics.h"
#include "river/lexer.h"

namespace river {

/// Blocks, brackets, parentheses and unary operators inside one another; more is R023.
inline constexpr int kNestingMax = 200;
/// The longest way from an expression to one of its leaves, so that whoever walks a tree may
/// recurse: `a + b + c` is two operators deep. More is R023.
inline constexpr int kHeightMax = 1000;

/// Parses a file. Always gives a tree; after an error it has bad nodes or lacks statements, so a
/// tree is good for printing only when nothing was reported. Goes on after an error, and reports
/// one syntax error per line. The tree views `file`, which must outlive it.
std::unique_ptr<ast::Tree> parse(const diag::SourceFile& file, diag::Diagnostics& diagnostics);

/// Parses one expression; what follows after its line is ignored. The node lives in `owner` and
/// views `file`. Never nullptr.
ast::Expr* parse_expression(const diag::SourceFile& file, ast::Tree& owner,
                            diag::Diagnostics& diagnostics);

/// The recursive descent: one function per rule of the grammar, mirroring it. After
/// a mistake parsing goes on with the next statement.
class Parser {
 public:
  Parser(const diag::SourceFile& file, ast::Tree& tree, diag::Diagnostics& diagnostics);

  ast::Body file_body();
  ast::Expr* lone_expression();

 private:
  struct BlockName {
    uint32_t parts = 0;
    bool has_label = false;
  };

  ast::Body body(TokenKind until, const Token* open);
  ast::Statement* statement();
  bool block_name(ast::Statement& node, BlockName& name);
  void label(ast::Statement& node, BlockName& name);
  std::string_view dotted(std::string_view name, std::string_view part);
  void check_attribute_name(const ast::Statement& node, const BlockName& name);

  ast::Expr* expression();
  ast::Expr* binary(int precedence_min);
  ast::Expr* power();
  ast::Expr* unary();
  ast::Expr* postfix();
  ast::Expr* primary();
  ast::Expr* leaf(ast::ExprKind kind);
  ast::Expr* access(ast::Expr* left);
  ast::Expr* index(ast::Expr* left);
  ast::Expr* call(ast::Expr* left);
  ast::Expr* paren();
  ast::Expr* array();
  ast::Expr* object();
  ast::Field field();
  std::span<ast::Expr*> expressions(TokenKind until);
  std::span<ast::Field> fields();
  bool block_as_expression(const ast::Expr& operand);
  ast::Expr* join(ast::Op op, ast::Expr* left, ast::Expr* right, diag::Span op_span);
  ast::Expr* finish(ast::Expr* node, diag::Span last);

  void next() { token_ = lexer_.next(); }
  bool at(TokenKind kind) const { return token_.kind == kind; }
  diag::Span span() const { return lexer_.span(token_); }
  /// Consumes a token; reports when it is of another kind. `open` is the bracket it closes.
  bool expect(TokenKind kind, const Token* open = nullptr);
  void skip_to(TokenKind kind);
  void skip_to_end_of_expression();
  void skip_statement();

  template <class... Args>
  diag::Diagnostic* error(std::string_view code, fmt::format_string<Args...> format,
                          Args&&... args) {
    // What the lexer could not read it has reported.
    const bool is_first = first_on_line() && token_.kind != TokenKind::illegal;
    return is_first ? &diagnostics_.error(code, span(), format, std::forward<Args>(args)...)
                    : nullptr;
  }
  bool first_on_line();

  /// Guards a recursion; false (after reporting once and ending the file) when it goes too deep.
  bool enter();
  void leave() { --nesting_; }
  void too_deep(diag::Span where);

  template <class T>
  std::span<T> take(std::vector<T>& stack, size_t mark);

  std::string_view source_;
  diag::Diagnostics& diagnostics_;
  base::Arena& arena_;
  Lexer lexer_;
  Token token_;
  int nesting_ = 0;
  bool gave_up_ = false;
  bool any_error_ = false;
  uint32_t last_error_at_ = 0;

  // Children of nodes that are not complete yet, in one stack each: a node takes those above the
  // mark that it made when it began.
  std::vector<ast::Expr*> expression_stack_;
  std::vector<ast::Field> field_stack_;
  std::vector<ast::Statement*> statement_stack_;
};

/// Moves what is above the mark into the arena.
template <class T>
std::span<T> Parser::take(std::vector<T>& stack, size_t mark) {
  const auto taken = arena_.list(std::span<const T>(stack).subspan(mark));
  stack.resize(mark);
  return taken;
}

}  // namespace river
