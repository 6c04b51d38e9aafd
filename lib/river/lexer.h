#pragma once
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "river/ast.h"
#include "river/diag/diagnostics.h"
#include "river/token.h"

namespace river {

/// Cuts a file into tokens. Mistakes are reported and scanning goes on.
/// Comments and line breaks are gathered on the side until the parser takes them for a node.
class Lexer {
 public:
  /// Comments are kept in `arena` when they cannot be views into the file.
  Lexer(const diag::SourceFile& file, base::Arena& arena, diag::Diagnostics& diagnostics);

  /// The next token; after the last one, end_of_file for ever.
  Token next();

  /// What stood between the last token whose trivia was taken and the token last given. A token
  /// whose trivia is not taken leaves it to the next one.
  ast::Trivia take_trivia();
  /// The same for a token that must stay on the line of the one before: trivia that would break
  /// the line is left to the next token.
  ast::Trivia take_inline_trivia();

  /// Makes end_of_file the next token.
  void stop() { at_ = static_cast<uint32_t>(text_.size()), may_end_ = false; }

  std::string_view text(const Token& token) const {
    return text_.substr(token.begin, token.end - token.begin);
  }
  diag::Span span(const Token& token) const { return {base_ + token.begin, base_ + token.end}; }

 private:
  bool skip_space(Token& terminator);
  bool comment_ends_line() const;
  void line_comment();
  void foreign_comment();
  void block_comment();
  void keep_comment(std::string_view text);

  Token identifier();
  Token number();
  Token quoted(char quote);
  Token raw_string();
  Token punctuation();
  Token illegal_character();
  uint32_t digits_end(uint32_t from) const;
  void escape();
  void escape_digits(uint32_t reported_at, int count, uint32_t base, uint32_t value_max);
  Token doubled(TokenKind kind, char wanted);

  char peek(uint32_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool at_end() const { return at_ >= text_.size(); }
  Token make(TokenKind kind, uint32_t size);
  diag::Diagnostic& report(std::string_view code, uint32_t at, uint32_t size, std::string message);

  std::string_view text_;
  uint32_t base_;
  base::Arena& arena_;
  diag::Diagnostics& diagnostics_;
  uint32_t at_ = 0;
  bool may_end_ = false;  // A statement may end after the last token: the next LF counts.
  uint32_t line_breaks_ = 0;
  std::vector<ast::Comment> comments_;
};

/// Reports what is wrong with the bytes of a file before it is cut into tokens: another encoding's
/// byte order mark, NUL, a byte order mark inside, bytes that are not UTF-8 (the first few). False
/// when the file is not worth lexing because it has another encoding.
bool check_encoding(const diag::SourceFile& file, diag::Diagnostics& diagnostics);

/// Whether a text is exactly one identifier (and no keyword).
bool is_valid_identifier(std::string_view text);

}  // namespace river
