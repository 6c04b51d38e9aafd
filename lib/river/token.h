#pragma once
#include <cstdint>
#include <string_view>

#include "river/ast.h"

namespace river {

enum class TokenKind : uint8_t {
  identifier,
  number,
  floating,
  string,  ///< "..." or `...`
  boolean,
  null,
  end_of_file,
  illegal,     ///< a character or string that was reported already
  terminator,  ///< the line break (or end of file) that ends a statement
  logical_or,
  logical_and,
  logical_not,
  assign,
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
  open_curly,
  close_curly,
  open_paren,
  close_paren,
  open_bracket,
  close_bracket,
  comma,
  dot,
};

/// Offsets count from the start of the file's text.
struct Token {
  TokenKind kind = TokenKind::end_of_file;
  uint32_t begin = 0;
  uint32_t end = 0;
};

/// A token's name in messages: an operator's spelling, or a word such as IDENT.
constexpr std::string_view name_of(TokenKind kind) {
  constexpr std::string_view kNames[] = {
      "IDENT", "NUMBER", "FLOAT", "STRING", "BOOL", "NULL", "EOF", "ILLEGAL", "TERMINATOR",
      "||",    "&&",     "!",     "=",      "==",   "!=",   "<",   "<=",      ">",
      ">=",    "+",      "-",     "*",      "/",    "%",    "^",   "{",       "}",
      "(",     ")",      "[",     "]",      ",",    "."};
  return kNames[static_cast<size_t>(kind)];
}

/// How a token binds as a binary operator.
struct BinaryOperator {
  ast::Op op = ast::Op::none;
  int precedence = 0;  ///< 0: no binary operator; higher binds tighter; ^ binds to the right
};

inline constexpr int kPowerPrecedence = 6;

constexpr BinaryOperator binary_operator(TokenKind kind) {
  using ast::Op;
  switch (kind) {
    case TokenKind::logical_or:
      return {Op::logical_or, 1};
    case TokenKind::logical_and:
      return {Op::logical_and, 2};
    case TokenKind::equal:
      return {Op::equal, 3};
    case TokenKind::not_equal:
      return {Op::not_equal, 3};
    case TokenKind::less:
      return {Op::less, 3};
    case TokenKind::less_equal:
      return {Op::less_equal, 3};
    case TokenKind::greater:
      return {Op::greater, 3};
    case TokenKind::greater_equal:
      return {Op::greater_equal, 3};
    case TokenKind::add:
      return {Op::add, 4};
    case TokenKind::subtract:
      return {Op::subtract, 4};
    case TokenKind::multiply:
      return {Op::multiply, 5};
    case TokenKind::divide:
      return {Op::divide, 5};
    case TokenKind::modulo:
      return {Op::modulo, 5};
    case TokenKind::power:
      return {Op::power, kPowerPrecedence};
    default:
      return {};
  }
}

}  // namespace river
