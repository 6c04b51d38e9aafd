#include "river/build.h"

#include <algorithm>

#include "base/ensure.h"
#include "river/lexer.h"
#include "river/printer.h"
#include "river/text.h"

namespace river {

using ast::Expr;
using ast::ExprKind;
using ast::Statement;

namespace {

// A list as wide as this still stands on one line.
constexpr size_t kListWidthMax = 72;

bool is_composite(const Expr& node) {
  return node.kind == ExprKind::object || node.kind == ExprKind::array;
}

// Composite elements get lines of their own, except a single one: `targets = [{...}]`.
bool fits_one_line(const Builder::Items& items) {
  size_t width = 0;
  for (const Expr* item : items) {
    const std::string text = print_expression(*item);
    if (text.find('\n') != text.npos || (is_composite(*item) && items.size() > 1)) return false;
    width += unicode::width(text) + 2;
  }
  return width <= kListWidthMax;
}

void put_below(Expr& node, uint8_t lines) {
  Expr* first = &node;
  while (first->left != nullptr && first->kind != ExprKind::unary &&
         first->kind != ExprKind::paren) {
    first = first->left;
  }
  first->before.lines_before = lines;
}

}  // namespace

Expr Builder::node(ExprKind kind) const {
  return {.kind = kind, .span = place_};
}

Expr* Builder::literal_text(ExprKind kind, std::string_view text) const {
  Expr* made = arena_->make(node(kind));
  made->text = arena_->text(text);
  return made;
}

Expr* Builder::null() const {
  return literal_text(ExprKind::null_literal, "null");
}

Expr* Builder::boolean(bool value) const {
  return literal_text(ExprKind::bool_literal, value ? "true" : "false");
}

Expr* Builder::number(int64_t value) const {
  return number(Number::of(value));
}

// A negative number is an operator and its operand, as it would be after parsing.
Expr* Builder::number(const Number& value) const {
  const std::string text = number_to_text(value);
  const std::string_view digits = std::string_view(text).substr(text.starts_with('-'));
  const bool floating = digits.find('.') != digits.npos;
  Expr* made = literal_text(floating ? ExprKind::floating : ExprKind::number, digits);
  if (digits.size() == text.size()) return made;
  Expr negated = node(ExprKind::unary);
  negated.op = ast::Op::negate;
  negated.left = made;
  negated.height = 1;
  return arena_->make(negated);
}

Expr* Builder::string(std::string_view value) const {
  return literal_text(ExprKind::string, quote(value));
}

Expr* Builder::reference(std::string_view dotted) const {
  Expr* made = nullptr;
  for (size_t at = 0; at <= dotted.size();) {
    const size_t end = std::min(dotted.find('.', at), dotted.size());
    const auto part = dotted.substr(at, end - at);
    ENSURE(is_valid_identifier(part));
    Expr* link = literal_text(made == nullptr ? ExprKind::identifier : ExprKind::access, part);
    link->left = made;
    link->op_span = place_;
    link->height = made == nullptr ? 0 : static_cast<uint16_t>(made->height + 1);
    made = link;
    at = end + 1;
  }
  return made;
}

Expr* Builder::list(const Items& items, Layout layout) const {
  Expr made = node(ExprKind::array);
  const bool one_line =
      layout == Layout::one_line || (layout == Layout::automatic && fits_one_line(items));
  for (Expr* item : items) {
    put_below(*item, one_line ? 0 : 1);
    made.height = std::max<uint16_t>(made.height, item->height + 1);
  }
  made.items = arena_->list(items);
  made.before_close.lines_before = one_line || items.empty() ? 0 : 1;
  return arena_->make(made);
}

Expr* Builder::object(const Fields& fields, Layout layout) const {
  Expr made = node(ExprKind::object);
  const bool one_line =
      layout == Layout::one_line || (layout == Layout::automatic && fields.size() <= 1);
  std::vector<ast::Field> nodes;
  for (const auto& [key, value] : fields) {
    ast::Field field{.key_span = place_, .value = value};
    field.before.lines_before = one_line ? 0 : 1;
    field.quoted = !is_valid_identifier(key);
    const std::string quoted = quote(key);
    field.key = arena_->text(field.quoted ? quoted.substr(1, quoted.size() - 2) : key);
    made.height = std::max<uint16_t>(made.height, value->height + 1);
    nodes.push_back(field);
  }
  made.fields = arena_->list(nodes);
  made.before_close.lines_before = one_line || fields.empty() ? 0 : 1;
  return arena_->make(made);
}

Expr* Builder::call(std::string_view function, const Items& arguments) const {
  Expr made = node(ExprKind::call);
  made.left = reference(function);
  made.height = static_cast<uint16_t>(made.left->height + 1);
  for (const Expr* item : arguments) {
    made.height = std::max<uint16_t>(made.height, item->height + 1);
  }
  made.items = arena_->list(arguments);
  return arena_->make(made);
}

Expr* Builder::literal(const Value& value) const {
  const Builder here = value.origin.known() ? at(value.origin) : *this;
  if (value.is_null()) return here.null();
  if (const bool* known = value.as_bool()) return here.boolean(*known);
  if (const Number* known = value.as_number()) return here.number(*known);
  if (const std::string* known = value.as_string()) return here.string(*known);
  if (const Array* known = value.as_array()) {
    Items items;
    for (const Value& item : *known) {
      if (items.emplace_back(here.literal(item)) == nullptr) return nullptr;
    }
    return here.list(items);
  }
  if (const Object* known = value.as_object()) {
    Fields fields;
    for (const auto& [key, item] : *known) {
      if (fields.emplace_back(key, here.literal(item)).second == nullptr) return nullptr;
    }
    return here.object(fields);
  }
  return nullptr;
}

Statement* Builder::attribute(std::string_view name, Expr* value) const {
  ENSURE(is_valid_identifier(name));
  return arena_->make(
      Statement{.span = place_, .name_span = place_, .name = arena_->text(name), .value = value});
}

Statement* Builder::block(std::string_view name, std::string_view label,
                          const Statements& statements) const {
  ENSURE(label.empty() || is_valid_identifier(label));
  return arena_->make(Statement{.is_block = true,
                                .span = place_,
                                .name_span = place_,
                                .name = arena_->text(name),
                                .label = arena_->text(label),
                                .label_span = label.empty() ? diag::Span{} : place_,
                                .body = body(statements)});
}

void Builder::comment_above(Statement& statement, std::string_view text) const {
  std::vector<ast::Comment> comments(statement.before.comments.begin(),
                                     statement.before.comments.end());
  while (true) {
    const size_t end = text.find('\n');
    const auto line = text.substr(0, end);
    comments.push_back({arena_->text(line.empty() ? "//" : fmt::format("// {}", line)), 1});
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  statement.before.comments = arena_->list(comments);
  statement.before.lines_before = 1;
}

ast::Body Builder::body(const Statements& statements) const {
  const Statement* above = nullptr;
  for (Statement* statement : statements) {
    // An attribute stands apart from a block above it, and a block from everything.
    const bool apart = above != nullptr && (statement->is_block || above->is_block);
    set_lines_before(statement->before, apart ? 2 : 1);
    above = statement;
  }
  ast::Body made{.statements = arena_->list(statements), .close_span = place_};
  made.before_close.lines_before = statements.empty() ? 0 : 1;
  return made;
}

// The lines stand before the uppermost comment, if there is one.
void Builder::set_lines_before(ast::Trivia& trivia, uint8_t lines) const {
  if (trivia.comments.empty()) {
    trivia.lines_before = lines;
    return;
  }
  std::vector<ast::Comment> comments(trivia.comments.begin(), trivia.comments.end());
  comments.front().lines_before = lines;
  trivia.comments = arena_->list(comments);
}

}  // namespace river
