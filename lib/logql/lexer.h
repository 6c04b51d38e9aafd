#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "logql/log_query.h"

namespace logql {

/// A piece of a query. `text` points into the query.
struct Token {
  enum class Kind : uint8_t {
    end,
    word,    ///< a name, a number or a size; variables may be glued to it or be all of it
    string,  ///< with its quotes
    symbol,  ///< an operator or a bracket
    flag,    ///< --strict
    bad,     ///< see `problem`
  };
  Kind kind = Kind::end;
  std::string_view text;
  Span span;
  std::string_view problem;  ///< of a bad token: what is wrong with it
};

/// Where the two languages differ below the level of tokens.
struct Dialect {
  bool colons_in_words = false;
  bool single_quotes = false;
  bool flags = false;
  bool slash_comments = false;  ///< // and /* */ beside #: Loki's reader is Go's text/scanner
};
inline constexpr Dialect kLogql{.flags = true, .slash_comments = true};
inline constexpr Dialect kPromql{.colons_in_words = true, .single_quotes = true};

/// A byte of a UTF-8 sequence that is not its first.
constexpr bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}
constexpr char small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// `text` is `keyword` (given in small letters), in letters of any size.
constexpr bool is_keyword(std::string_view text, std::string_view keyword) {
  if (text.size() != keyword.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (small(text[i]) != keyword[i]) return false;
  }
  return true;
}

inline std::string in_small_letters(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = small(c);
  return result;
}

/// Cuts a query into tokens, one at a time; spaces and comments are skipped. A copy goes on from
/// the same place, which is how one looks ahead.
class Lexer {
 public:
  Lexer(std::string_view query, Dialect dialect) : query_(query), dialect_(dialect) {}
  Token next();

 private:
  void skip_spaces();
  /// The end of a comment that begins here; `at_`: none does, npos: it does not end.
  size_t comment_end() const;
  Token token(Token::Kind kind, size_t end, std::string_view problem = {});
  Token string(char quote);
  size_t word_end() const;

  std::string_view query_;
  Dialect dialect_;
  size_t at_ = 0;
};

}  // namespace logql
