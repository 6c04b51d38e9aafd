#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace ottl {

/// A word, a number, a text or a sign of a statement.
struct Token {
  enum class Kind { end, name, integer, real, text, bytes, sign, bad } kind = Kind::end;
  std::string text;   ///< of a text what it means, else as it is written
  size_t offset = 0;  ///< in the statement
};

/// Takes a statement apart. Names may have dots: "span.attributes" is one.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) { next(); }

  const Token& token() const { return token_; }
  void next();
  bool is_sign(std::string_view sign) const {
    return token_.kind == Token::Kind::sign && token_.text == sign;
  }
  bool is_name(std::string_view name) const {
    return token_.kind == Token::Kind::name && token_.text == name;
  }
  /// Whether the token after this one is this sign.
  bool is_before(std::string_view sign) const;

 private:
  void scan_text();
  void scan_number();
  void scan_sign();

  std::string_view text_;
  size_t at_ = 0;
  Token token_;
};

}  // namespace ottl
