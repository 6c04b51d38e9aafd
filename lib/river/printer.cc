#include "river/printer.h"

#include <fmt/format.h>

#include "river/ast.h"

namespace river {

using ast::Expr;
using ast::ExprKind;
using ast::Statement;

std::string print(const ast::Tree& tree) {
  Printer printer;
  printer.statements(tree.body);
  printer.end_of_file(tree.body);
  return printer.finish() + '\n';
}

std::string print(const ast::Body& body) {
  Printer printer;
  printer.statements(body);
  printer.end_of_file(body);
  return printer.finish();
}

std::string print_expression(const Expr& expression) {
  Printer printer(Printer::Comments::drop);
  printer.expression(expression);
  return printer.finish();
}

// Blocks stand apart from what is above them, attributes where they did in the source. Only the
// attributes of a run of single lines are aligned.
void Printer::statements(const ast::Body& body) {
  bool first = true;
  uint32_t end_of_last = 0;
  for (const Statement* node : body.statements) {
    const uint32_t begin = line_ + breaks(node->before);
    if (!first && (node->is_block || begin > end_of_last + 1)) mark(Mark::hard_newline);
    first = false;
    const bool several_lines = statement(*node);
    end_of_last = line_;
    mark(several_lines ? Mark::hard_newline : Mark::newline);
  }
}

void Printer::end_of_file(const ast::Body& body) {
  comments(body.before_close, true);
}

// Gives whether it came out on several lines. The source's lines do not count for that: those
// inside parentheses are gone when the text is formatted again.
bool Printer::statement(const Statement& node) {
  token(node.before, node.name);
  const uint32_t first_line = line_out_;
  if (node.is_block) {
    block(node);
  } else {
    mark(Mark::column);
    token("=");
    mark(Mark::blank);
    expression(*node.value);
  }
  return line_out_ > first_line;
}

void Printer::block(const Statement& node) {
  if (!node.label.empty()) {
    mark(Mark::blank);
    token(node.before_label, "\"");
    columns_.text(node.label);
    columns_.text("\"");
  }
  mark(Mark::blank);
  token(node.before_open, "{");
  mark(Mark::indent);
  mark(node.body.statements.empty() ? Mark::blank : Mark::hard_newline);
  statements(node.body);
  mark(Mark::unindent);
  token(node.body.before_close, "}");
}

void Printer::expression(const Expr& node) {
  switch (node.kind) {
    case ExprKind::bad:
    case ExprKind::null_literal:
    case ExprKind::bool_literal:
    case ExprKind::number:
    case ExprKind::floating:
    case ExprKind::string:
    case ExprKind::identifier:
      return token(node.before, node.text);
    case ExprKind::raw_string:
      return literal(node.before, node.text);
    case ExprKind::access:
      expression(*node.left);
      // "1.x" would be a number and a name.
      if (node.left->kind == ExprKind::number) mark(Mark::blank);
      token(".");
      return token(node.text);
    case ExprKind::index:
      expression(*node.left);
      token("[");
      expression(*node.right);
      return token(node.before_close, "]");
    case ExprKind::call:
      expression(*node.left);
      token("(");
      return elements(node.items, node.before_close, ")");
    case ExprKind::unary:
      token(node.before, spelling(node.op));
      return expression(*node.left);
    case ExprKind::binary:
      expression(*node.left);
      mark(Mark::blank);
      token(node.before_close, spelling(node.op));
      mark(Mark::blank);
      return expression(*node.right);
    case ExprKind::paren:
      token(node.before, "(");
      expression(*node.left);
      return token(node.before_close, ")");
    case ExprKind::array:
      token(node.before, "[");
      return elements(node.items, node.before_close, "]");
    case ExprKind::object:
      return object(node);
  }
}

// Elements keep their lines. A bracket on a line of its own has a comma before it.
void Printer::elements(std::span<Expr* const> items, const Trivia& before_close,
                       std::string_view close) {
  for (size_t i = 0; i < items.size(); ++i) {
    const bool own_line = breaks(leading_trivia(*items[i])) > 0;
    if (own_line) {
      mark(Mark::indent);
      mark(Mark::hard_newline);
    } else if (i > 0) {
      mark(Mark::blank);
    }
    expression(*items[i]);
    if (i + 1 < items.size()) token(",");
    if (own_line) mark(Mark::unindent);
  }
  if (!items.empty() && breaks(before_close) > 0) {
    token(",");
    mark(Mark::indent);
    mark(Mark::hard_newline);
    mark(Mark::unindent);
  }
  token(before_close, close);
}

// Fields keep their lines, counted from key to key; those on lines of their own are aligned.
void Printer::object(const Expr& node) {
  token(node.before, "{");
  mark(Mark::indent);
  uint32_t key_line = line_;
  bool after_lines = true;  // The last value had several lines, or there was none.
  for (size_t i = 0; i < node.fields.size(); ++i) {
    const ast::Field& field = node.fields[i];
    if (line_ + breaks(field.before) != key_line) {
      mark(after_lines ? Mark::hard_newline : Mark::newline);
    } else if (i > 0) {
      mark(Mark::blank);
    }
    field_key(field);
    key_line = line_;
    mark(Mark::column);
    token("=");
    mark(Mark::blank);
    const uint32_t value_line = line_out_;
    expression(*field.value);
    after_lines = line_out_ > value_line;
    if (i + 1 < node.fields.size()) token(",");
  }
  if (!node.fields.empty() && line_ + breaks(node.before_close) != key_line) {
    token(",");
    mark(Mark::hard_newline);
  }
  mark(Mark::unindent);
  token(node.before_close, "}");
}

// Keys keep their spelling; backquotes that nothing needs become double quotes.
void Printer::field_key(const ast::Field& field) {
  if (!field.quoted) return token(field.before, field.key);
  const bool plain = field.key.find_first_of("\"\\\r\n\t\v\f") == field.key.npos;
  const char quote = field.raw && !plain ? '`' : '"';
  literal(field.before, fmt::format("{0}{1}{0}", quote, field.key));
}

}  // namespace river
