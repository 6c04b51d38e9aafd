#pragma once
#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "logql/lexer.h"
#include "logql/parser.h"

namespace logql {

/// What both parsers share: the tokens, the first error, and the bounds of a query's shape.
/// After an error every question is answered as at the end of the query, so that all productions
/// return without further checks.
class TokenReader {
 public:
  TokenReader(std::string_view query, Dialect dialect);

  bool failed() const { return error_.has_value(); }
  const std::optional<ParseError>& error() const { return error_; }

 protected:
  /// One more level of nesting, as long as this lives.
  class Level {
   public:
    explicit Level(TokenReader& reader) : reader_(reader) { reader_.enter(); }
    ~Level() { --reader_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    TokenReader& reader_;
  };

  const Token& now() const { return now_; }
  Token after() const;  ///< the token after now()
  Token take();

  bool at(std::string_view symbol) const {
    return now_.kind == Token::Kind::symbol && now_.text == symbol;
  }
  bool at_word() const { return now_.kind == Token::Kind::word; }
  bool at_keyword(std::string_view keyword) const;
  /// now() is one or more variables and nothing else.
  bool at_variables() const;
  bool accept(std::string_view symbol);
  bool accept_keyword(std::string_view keyword);
  /// `why` ends the sentence `expected ")" ...`.
  bool expect(std::string_view symbol, std::string_view why);

  /// Keeps the first error of a query.
  void fail(Span span, std::string message);
  /// `expected WANTED, found ...`, at now().
  void fail_at_now(std::string_view wanted);
  /// Counts an operator: long chains make deep trees.
  void count_operator();

  uint32_t begin() const { return now_.span.begin; }
  Span since(uint32_t begin) const { return {begin, end_of_last_}; }

  /// The word or string at now(), which is taken.
  Text take_text();
  /// All variables of the word at now(), which is taken.
  std::vector<Variable> take_variables();
  /// `( label, ... )`, also empty.
  std::vector<Text> label_list();
  Text label(std::string_view what);

 private:
  void enter();
  void advance();

  std::string_view query_;
  Lexer lexer_;
  Token now_;
  uint32_t end_of_last_ = 0;
  int depth_ = 0;
  int operators_ = 0;
  std::optional<ParseError> error_;
};

/// How a token is named in messages.
std::string describe(const Token& token);

}  // namespace logql
