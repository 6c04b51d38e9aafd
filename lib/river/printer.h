#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "river/ast.h"
#include "river/columns.h"

namespace river {

/// The canonical text of a file, ending in exactly one newline. Line breaks
/// inside brackets and comments follow the tree's Trivia; the tree must come from a parse without
/// errors or from river/build.h.
std::string print(const ast::Tree& tree);

/// The canonical text of a body alone, without a newline at the end.
std::string print(const ast::Body& body);

/// An expression on its own, for messages and generated values.
std::string print_expression(const ast::Expr& expression);

/// The walk over the tree. Between two tokens, marks queue up that say what
/// white space belongs there; they are carried out just before the next token, or by the comments
/// that stand there. Source lines are counted from the Trivia of the tokens, so only differences
/// of up to two lines are right, and those are all that is asked for.
class Printer {
 public:
  enum class Comments { keep, drop };
  explicit Printer(Comments comments = Comments::keep) : comments_(comments) {}

  void statements(const ast::Body& body);
  void end_of_file(const ast::Body& body);
  void expression(const ast::Expr& node);
  std::string finish() { return columns_.finish(); }

 private:
  enum class Mark : uint8_t { none, blank, column, newline, hard_newline, indent, unindent };
  using Trivia = ast::Trivia;

  bool statement(const ast::Statement& node);
  void block(const ast::Statement& node);
  void elements(std::span<ast::Expr* const> items, const Trivia& before_close,
                std::string_view close);
  void object(const ast::Expr& node);
  void field_key(const ast::Field& field);
  void literal(const Trivia& before, std::string_view text);

  void mark(Mark m) { marks_.push_back(m); }
  void token(const Trivia& before, std::string_view text);
  void token(std::string_view text) { token({}, text); }
  void space_before(const Trivia& before);
  void carry_out_marks();
  void carry_out(Mark m);
  void comments(const Trivia& trivia, bool last_in_file);
  void before_comment(const ast::Comment& comment, bool token_on_line);
  void after_comments(const Trivia& trivia);
  void indentation();

  Comments comments_;
  Columns columns_;
  std::vector<Mark> marks_;
  int level_ = 0;
  bool at_line_start_ = true;
  bool anything_written_ = false;
  uint32_t line_ = 0;      // The source line on which the last token or comment ended.
  uint32_t line_out_ = 0;  // Line breaks written.
};

/// Line breaks in all of it, from the token before to the token after.
uint32_t breaks(const ast::Trivia& trivia);
/// Line breaks inside a comment.
uint32_t breaks(const ast::Comment& comment);
/// What precedes an expression's first token.
const ast::Trivia& leading_trivia(const ast::Expr& node);

}  // namespace river
