#include "river/parser.h"

#include <algorithm>

#include "river/value.h"

namespace river {

using ast::Statement;
using diag::Span;

std::unique_ptr<ast::Tree> parse(const diag::SourceFile& file, diag::Diagnostics& diagnostics) {
  auto tree = std::make_unique<ast::Tree>();
  if (check_encoding(file, diagnostics)) {
    tree->body = Parser(file, *tree, diagnostics).file_body();
  }
  return tree;
}

ast::Expr* parse_expression(const diag::SourceFile& file, ast::Tree& owner,
                            diag::Diagnostics& diagnostics) {
  if (!check_encoding(file, diagnostics)) return owner.arena.make<ast::Expr>();
  return Parser(file, owner, diagnostics).lone_expression();
}

Parser::Parser(const diag::SourceFile& file, ast::Tree& tree, diag::Diagnostics& diagnostics)
    : source_(file.text),
      diagnostics_(diagnostics),
      arena_(tree.arena),
      lexer_(file, tree.arena, diagnostics) {
  next();
}

// File = Body .
ast::Body Parser::file_body() {
  return body(TokenKind::end_of_file, nullptr);
}

ast::Expr* Parser::lone_expression() {
  ast::Expr* result = expression();
  expect(TokenKind::terminator);
  return result;
}

// Body = [ Statement { TERMINATOR Statement } [ TERMINATOR ] ] .
ast::Body Parser::body(TokenKind until, const Token* open) {
  const size_t mark = statement_stack_.size();
  while (!at(until) && !at(TokenKind::end_of_file)) {
    if (Statement* parsed = statement()) statement_stack_.push_back(parsed);
    if (at(until)) break;
    if (!at(TokenKind::terminator)) {
      error("R016", "expected TERMINATOR, got {}", name_of(token_.kind));
      skip_statement();
    }
    next();
  }
  ast::Body result{take(statement_stack_, mark), lexer_.take_trivia(), span()};
  if (open != nullptr) expect(until, open);
  return result;
}

// Statement = IDENT "=" Expr | BlockName "{" Body "}" .
Statement* Parser::statement() {
  Statement node;
  BlockName name;
  if (!block_name(node, name)) {
    skip_to(TokenKind::identifier);
    return nullptr;
  }
  if (at(TokenKind::assign)) {
    next();
    check_attribute_name(node, name);
    node.value = expression();
    node.span = diag::join(node.name_span, node.value->span);
    return arena_.make(node);
  }
  if (!at(TokenKind::open_curly)) {
    const bool may_be_attribute = name.parts == 1 && !name.has_label;
    error("R013", "expected {}block body, got {}",
          may_be_attribute ? "attribute assignment or " : "", name_of(token_.kind));
    skip_to(TokenKind::identifier);
    return nullptr;
  }
  node.is_block = true;
  node.before_open = lexer_.take_inline_trivia();
  const Token open = token_;
  if (enter()) {
    next();
    node.body = body(TokenKind::close_curly, &open);
    leave();
  }
  node.span = diag::join(node.name_span, node.body.close_span);
  return arena_.make(node);
}

// BlockName = IDENT { "." IDENT } [ STRING ] .
bool Parser::block_name(Statement& node, BlockName& name) {
  if (!at(TokenKind::identifier)) {
    error("R011", "expected identifier, got {}", name_of(token_.kind));
    return false;
  }
  node.before = lexer_.take_trivia();
  node.name_span = span();
  node.name = lexer_.text(token_);
  name.parts = 1;
  next();
  while (at(TokenKind::dot)) {
    next();
    if (!at(TokenKind::identifier)) {
      error("R011", "expected identifier, got {}", name_of(token_.kind));
    }
    node.name_span = diag::join(node.name_span, span());
    node.name = dotted(node.name, lexer_.text(token_));
    ++name.parts;
    next();
  }
  if (!at(TokenKind::assign) && !at(TokenKind::open_curly)) label(node, name);
  return true;
}

// A view of the source, unless there are blanks around the dot.
std::string_view Parser::dotted(std::string_view name, std::string_view part) {
  if (name.data() + name.size() + 1 == part.data())
    return {name.data(), name.size() + 1 + part.size()};
  return arena_.text(fmt::format("{}.{}", name, part));
}

void Parser::label(Statement& node, BlockName& name) {
  if (at(TokenKind::string)) {
    const auto text = lexer_.text(token_);
    if (text[0] != '"') {
      error("R012", "expected block label to be a double quoted string, but got {}", quote(text));
    } else if (text.size() > 2) {
      node.label = text.substr(1, text.size() - 2);
      if (!is_valid_identifier(node.label)) {
        error("R012", "expected block label to be a valid identifier, but got {}",
              quote(node.label));
      }
    }
    node.before_label = lexer_.take_inline_trivia();
    node.label_span = span();
    name.has_label = true;
  } else {
    error("R012", "expected block label, got {}", name_of(token_.kind));
  }
  next();
}

void Parser::check_attribute_name(const Statement& node, const BlockName& name) {
  if (name.parts > 1) {
    const auto size = static_cast<uint32_t>(node.name.size());
    diagnostics_.error("R014", {node.name_span.begin, node.name_span.begin + size},
                       "attribute names may only consist of a single identifier with no \".\"");
  } else if (name.has_label) {
    diagnostics_.error("R015", node.label_span, "attribute names may not have labels");
  }
}

bool Parser::expect(TokenKind kind, const Token* open) {
  const bool as_expected = at(kind);
  if (!as_expected) {
    auto* reported = error("R010", "expected {}, got {}", name_of(kind), name_of(token_.kind));
    if (reported != nullptr && open != nullptr) {
      reported->note(lexer_.span(*open), fmt::format("{} opens here", name_of(open->kind)));
    }
  }
  next();
  return as_expected;
}

void Parser::skip_to(TokenKind kind) {
  while (!at(kind) && !at(TokenKind::end_of_file)) next();
}

// To a terminator at which every bracket that was opened on the way is closed.
void Parser::skip_statement() {
  int curly = 0, paren = 0, bracket = 0;
  for (; !at(TokenKind::end_of_file); next()) {
    switch (token_.kind) {
      case TokenKind::open_curly:
        ++curly;
        break;
      case TokenKind::close_curly:
        --curly;
        break;
      case TokenKind::open_paren:
        ++paren;
        break;
      case TokenKind::close_paren:
        --paren;
        break;
      case TokenKind::open_bracket:
        ++bracket;
        break;
      case TokenKind::close_bracket:
        --bracket;
        break;
      case TokenKind::terminator:
        if (curly <= 0 && paren <= 0 && bracket <= 0) return;
        break;
      default:
        break;
    }
  }
}

// Whether nothing was reported yet on the line of the current token; remembers it if so.
bool Parser::first_on_line() {
  if (gave_up_) return false;
  const auto [from, to] = std::minmax(last_error_at_, token_.begin);
  const bool same_line = source_.substr(from, to - from).find('\n') == source_.npos;
  if (any_error_ && same_line) return false;
  any_error_ = true;
  last_error_at_ = token_.begin;
  return true;
}

bool Parser::enter() {
  if (++nesting_ <= kNestingMax) return true;
  too_deep(span());
  --nesting_;
  return false;
}

void Parser::too_deep(Span where) {
  if (gave_up_) return;
  diagnostics_.error("R023", where,
                     "nested too deeply: at most {} levels, and {} operators in a row", kNestingMax,
                     kHeightMax);
  gave_up_ = true;
  lexer_.stop();
  next();
}

}  // namespace river
