#include <fmt/format.h>

#include <algorithm>

#include "compiler/plan/plan.h"
#include "river/printer.h"
#include "river/text.h"

/// The same value has many spellings: quotes and backquotes, texts that are put together of others,
/// attributes in another order. Here it has one, by which configurations are compared.
namespace compiler::plan {

namespace ast = river::ast;

std::optional<std::string> literal_of(const ast::Expr* value) {
  if (value == nullptr) return std::nullopt;
  switch (value->kind) {
    case ast::ExprKind::string:
    case ast::ExprKind::raw_string:
      return river::unquote(value->text);
    case ast::ExprKind::paren:
      return literal_of(value->left);
    case ast::ExprKind::binary: {
      if (value->op != ast::Op::add) return std::nullopt;
      const auto left = literal_of(value->left), right = literal_of(value->right);
      return left && right ? std::optional(*left + *right) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

namespace {

/// What no spelling of another value gives: the length stands before the text.
std::string with_length(std::string_view text) {
  return std::to_string(text.size()) + ':' + std::string(text);
}

}  // namespace

std::string one_spelling(const ast::Expr& value) {
  if (const auto literal = literal_of(&value)) return '"' + with_length(*literal);
  std::string text;
  switch (value.kind) {
    case ast::ExprKind::paren:
      return one_spelling(*value.left);
    case ast::ExprKind::array:
      for (const ast::Expr* item : value.items) text += one_spelling(*item) + ',';
      return '[' + text + ']';
    case ast::ExprKind::object:
      for (const ast::Field& field : value.fields)
        text += with_length(field.key) + '=' + one_spelling(*field.value) + ',';
      return '{' + text + '}';
    default:
      return river::print_expression(value);
  }
}

std::string one_spelling(const ast::Statement& statement) {
  if (!statement.is_block)
    return fmt::format("{} = {}", statement.name, one_spelling(*statement.value));
  std::vector<std::string> attributes;
  std::string blocks;
  for (const ast::Statement* one : statement.body.statements) {
    if (one->is_block) {
      blocks += one_spelling(*one) + '\n';
    } else {
      attributes.push_back(one_spelling(*one));
    }
  }
  std::sort(attributes.begin(), attributes.end());
  return fmt::format("{} {} {{\n{}\n{}}}", statement.name, statement.label,
                     fmt::join(attributes, "\n"), blocks);
}

}  // namespace compiler::plan
