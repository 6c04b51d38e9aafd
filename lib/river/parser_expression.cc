#include <algorithm>

#include "river/parser.h"

namespace river {

using ast::Expr;
using ast::ExprKind;
using ast::Op;
using diag::Span;

// Expr = Or .
Expr* Parser::expression() {
  if (!enter()) return arena_.make<Expr>({.span = span()});
  Expr* result = binary(1);
  leave();
  return result;
}

// Or = And { "||" And } . ... Mul = Pow { ( "*" | "/" | "%" ) Pow } . (binary_operator's table)
Expr* Parser::binary(int precedence_min) {
  Expr* left = power();
  for (;;) {
    const auto found = binary_operator(token_.kind);
    if (found.precedence < precedence_min || found.op == Op::power) return left;
    const auto trivia = lexer_.take_inline_trivia();
    const Span op_span = span();
    next();
    left = join(found.op, left, binary(found.precedence + 1), op_span);
    left->before_close = trivia;
  }
}

// Pow = Unary [ "^" Pow ] .
Expr* Parser::power() {
  Expr* left = unary();
  if (!at(TokenKind::power) || !enter()) return left;
  const auto trivia = lexer_.take_inline_trivia();
  const Span op_span = span();
  next();
  left = join(Op::power, left, power(), op_span);
  left->before_close = trivia;
  leave();
  return left;
}

// Unary = ( "!" | "-" ) Unary | Postfix .
Expr* Parser::unary() {
  if (!at(TokenKind::logical_not) && !at(TokenKind::subtract)) return postfix();
  if (!enter()) return arena_.make<Expr>({.span = span()});
  Expr* node = leaf(ExprKind::unary);
  node->op = node->text == "!" ? Op::logical_not : Op::negate;
  node->op_span = node->span;
  node->left = unary();
  leave();
  return finish(node, node->left->span);
}

// Postfix = Primary { "." IDENT | "[" Expr "]" | "(" [ Args ] ")" } .
Expr* Parser::postfix() {
  Expr* node = primary();
  for (;;) {
    switch (token_.kind) {
      case TokenKind::dot:
        node = access(node);
        break;
      case TokenKind::open_bracket:
        node = index(node);
        break;
      case TokenKind::open_paren:
        node = call(node);
        break;
      case TokenKind::string:
      case TokenKind::open_curly:
        if (!block_as_expression(*node)) return node;
        break;
      default:
        return node;
    }
  }
}

Expr* Parser::access(Expr* left) {
  Expr* node = arena_.make<Expr>({.kind = ExprKind::access, .span = left->span, .left = left});
  next();
  node->op_span = span();
  node->text = lexer_.text(token_);
  expect(TokenKind::identifier);
  return finish(node, node->op_span);
}

Expr* Parser::index(Expr* left) {
  Expr* node = arena_.make<Expr>({.kind = ExprKind::index, .span = left->span, .left = left});
  const Token open = token_;
  next();
  node->right = expression();
  node->before_close = lexer_.take_inline_trivia();
  const Span close = span();
  expect(TokenKind::close_bracket, &open);
  return finish(node, close);
}

Expr* Parser::call(Expr* left) {
  Expr* node = arena_.make<Expr>({.kind = ExprKind::call, .span = left->span, .left = left});
  const Token open = token_;
  next();
  node->items = expressions(TokenKind::close_paren);
  node->before_close = lexer_.take_trivia();
  const Span close = span();
  expect(TokenKind::close_paren, &open);
  return finish(node, close);
}

// Somebody may have written a block where a value belongs: reads the rest of it to say so.
bool Parser::block_as_expression(const Expr& operand) {
  if (at(TokenKind::string)) next();
  if (!expect(TokenKind::open_curly)) {
    skip_statement();
    return false;
  }
  if (!enter()) return false;
  const auto ignored = body(TokenKind::close_curly, nullptr);
  leave();
  if (!expect(TokenKind::close_curly)) {
    skip_statement();
    return false;
  }
  diagnostics_.error("R020", diag::join(operand.span, ignored.close_span),
                     "cannot use a block as an expression");
  return true;
}

// Primary = IDENT | STRING | NUMBER | FLOAT | BOOL | NULL | "(" Expr ")" | "[" [ Args ] "]"
//         | "{" [ Fields ] "}" .
Expr* Parser::primary() {
  switch (token_.kind) {
    case TokenKind::identifier:
      return leaf(ExprKind::identifier);
    case TokenKind::number:
      return leaf(ExprKind::number);
    case TokenKind::floating:
      return leaf(ExprKind::floating);
    case TokenKind::boolean:
      return leaf(ExprKind::bool_literal);
    case TokenKind::null:
      return leaf(ExprKind::null_literal);
    case TokenKind::string: {
      const bool raw = source_[token_.begin] == '`';
      return leaf(raw ? ExprKind::raw_string : ExprKind::string);
    }
    case TokenKind::open_paren:
      return paren();
    case TokenKind::open_bracket:
      return array();
    case TokenKind::open_curly:
      return object();
    default:
      break;
  }
  error("R017", "expected expression, got {}", name_of(token_.kind));
  Expr* bad = arena_.make<Expr>({.span = span()});
  skip_to_end_of_expression();
  return bad;
}

// A node that starts with the current token, which is consumed.
Expr* Parser::leaf(ExprKind kind) {
  Expr* node = arena_.make<Expr>();
  node->kind = kind;
  node->span = span();
  node->before = lexer_.take_trivia();
  node->text = lexer_.text(token_);
  next();
  return node;
}

Expr* Parser::paren() {
  const Token open = token_;
  Expr* node = leaf(ExprKind::paren);
  node->left = expression();
  node->before_close = lexer_.take_inline_trivia();
  const Span close = span();
  expect(TokenKind::close_paren, &open);
  return finish(node, close);
}

Expr* Parser::array() {
  const Token open = token_;
  Expr* node = leaf(ExprKind::array);
  node->items = expressions(TokenKind::close_bracket);
  node->before_close = lexer_.take_trivia();
  const Span close = span();
  expect(TokenKind::close_bracket, &open);
  return finish(node, close);
}

Expr* Parser::object() {
  const Token open = token_;
  Expr* node = leaf(ExprKind::object);
  // The reference takes `{]` for an object whose } is missing.
  if (!at(TokenKind::close_bracket)) node->fields = fields();
  node->before_close = lexer_.take_trivia();
  const Span close = span();
  expect(TokenKind::close_curly, &open);
  return finish(node, close);
}

// Args = Expr { "," Expr } [ "," ] .
std::span<Expr*> Parser::expressions(TokenKind until) {
  const size_t mark = expression_stack_.size();
  while (!at(until) && !at(TokenKind::end_of_file)) {
    expression_stack_.push_back(expression());
    if (at(until)) break;
    if (!at(TokenKind::comma)) error("R018", "missing ',' in expression list");
    next();
  }
  return take(expression_stack_, mark);
}

// Fields = Field { "," Field } [ "," ] .
std::span<ast::Field> Parser::fields() {
  const size_t mark = field_stack_.size();
  while (!at(TokenKind::close_curly) && !at(TokenKind::end_of_file)) {
    field_stack_.push_back(field());
    if (at(TokenKind::close_curly)) break;
    if (!at(TokenKind::comma)) error("R018", "missing ',' in field list");
    next();
  }
  return take(field_stack_, mark);
}

// Field = ( IDENT | STRING ) "=" Expr .
ast::Field Parser::field() {
  ast::Field node{.key_span = span()};
  if (at(TokenKind::identifier) || at(TokenKind::string)) {
    node.before = lexer_.take_trivia();
    node.key = lexer_.text(token_);
    // As in the reference, "" is the key of two quotes.
    node.quoted = at(TokenKind::string) && node.key.size() > 2;
    node.raw = node.quoted && node.key[0] == '`';
    if (node.quoted) node.key = node.key.substr(1, node.key.size() - 2);
    next();
  } else {
    error("R019", "expected field name (string or identifier), got {}", name_of(token_.kind));
    skip_to(TokenKind::assign);
  }
  expect(TokenKind::assign);
  node.value = expression();
  return node;
}

Expr* Parser::join(Op op, Expr* left, Expr* right, Span op_span) {
  Expr* node = arena_.make<Expr>(
      {.kind = ExprKind::binary, .op = op, .span = left->span, .left = left, .right = right});
  node->op_span = op_span;
  return finish(node, right->span);
}

// Completes a node whose children are known: its extent and its height.
Expr* Parser::finish(Expr* node, Span last) {
  node->span = diag::join(node->span, last);
  int below = -1;
  if (node->left != nullptr) below = std::max<int>(below, node->left->height);
  if (node->right != nullptr) below = std::max<int>(below, node->right->height);
  for (const Expr* item : node->items) below = std::max<int>(below, item->height);
  for (const auto& item : node->fields) below = std::max<int>(below, item.value->height);
  node->height = static_cast<uint16_t>(below + 1);
  if (node->height > kHeightMax) too_deep(node->span);
  return node;
}

void Parser::skip_to_end_of_expression() {
  for (; !at(TokenKind::end_of_file); next()) {
    switch (token_.kind) {
      case TokenKind::terminator:
      case TokenKind::close_paren:
      case TokenKind::close_curly:
      case TokenKind::close_bracket:
      case TokenKind::comma:
        return;
      default:
        break;
    }
  }
}

}  // namespace river
