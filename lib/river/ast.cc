#include "river/ast.h"

#include <fmt/format.h>

#include <array>

namespace river {
namespace {

using ast::Expr;
using ast::ExprKind;

void append(std::string& out, const Expr& node);

void append_all(std::string& out, std::span<Expr* const> items) {
  for (const Expr* item : items) {
    out += ' ';
    append(out, *item);
  }
}

void append_group(std::string& out, std::string_view head,
                  std::initializer_list<const Expr*> parts) {
  out.append("(").append(head);
  for (const Expr* part : parts) {
    out += ' ';
    append(out, *part);
  }
  out += ')';
}

void append_object(std::string& out, const Expr& node) {
  out += "(object";
  for (const auto& field : node.fields) {
    const std::string_view quote = field.quoted ? "\"" : "";
    out += fmt::format(" ({0}{1}{0} ", quote, field.key);
    append(out, *field.value);
    out += ')';
  }
  out += ')';
}

void append(std::string& out, const Expr& node) {
  switch (node.kind) {
    case ExprKind::bad:
      out += "(bad)";
      return;
    case ExprKind::null_literal:
    case ExprKind::bool_literal:
    case ExprKind::number:
    case ExprKind::floating:
    case ExprKind::string:
    case ExprKind::raw_string:
    case ExprKind::identifier:
      out += node.text;
      return;
    case ExprKind::access:
      append_group(out, ".", {node.left});
      out.back() = ' ';
      out.append(node.text).append(")");
      return;
    case ExprKind::index:
      return append_group(out, "index", {node.left, node.right});
    case ExprKind::call:
      append_group(out, "call", {node.left});
      out.pop_back();
      break;
    case ExprKind::unary:
      return append_group(out, spelling(node.op), {node.left});
    case ExprKind::binary:
      return append_group(out, spelling(node.op), {node.left, node.right});
    case ExprKind::paren:
      return append_group(out, "paren", {node.left});
    case ExprKind::array:
      out += "(array";
      break;
    case ExprKind::object:
      return append_object(out, node);
  }
  append_all(out, node.items);
  out += ')';
}

void append(std::string& out, const ast::Body& body) {
  for (const ast::Statement* statement : body.statements) {
    if (!out.empty()) out += ' ';
    if (!statement->is_block) {
      out += fmt::format("(= {} ", statement->name);
      append(out, *statement->value);
    } else {
      out += fmt::format("(block {}", statement->name);
      if (!statement->label.empty()) out += fmt::format(" \"{}\"", statement->label);
      append(out, statement->body);
    }
    out += ')';
  }
}

}  // namespace

std::string_view spelling(ast::Op op) {
  constexpr std::array<std::string_view, 17> kSpellings = {
      "", "||", "&&", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "^", "!", "-"};
  return kSpellings[static_cast<size_t>(op)];
}

std::string dump(const ast::Body& body) {
  std::string out;
  append(out, body);
  return out;
}

std::string dump(const Expr& expression) {
  std::string out;
  append(out, expression);
  return out;
}

}  // namespace river
