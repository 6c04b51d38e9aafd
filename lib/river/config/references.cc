#include <algorithm>

#include "river/config/steps.h"

namespace river::config {

namespace {

class Collector {
 public:
  void body(const ast::Body& body) {
    for (const ast::Statement* statement : body.statements) {
      if (statement->is_block)
        this->body(statement->body);
      else
        expression(statement->value);
    }
  }

  std::vector<Chain> take() { return std::move(chains_); }

 private:
  void expression(const ast::Expr* node) {
    if (!node || chain(*node)) return;
    expression(node->left);
    expression(node->right);
    for (const ast::Expr* item : node->items) expression(item);
    for (const ast::Field& field : node->fields) expression(field.value);
  }

  /// Takes `a.b.c`; false for anything else.
  bool chain(const ast::Expr& node) {
    Chain found{.names = {}, .span = node.span};
    const ast::Expr* part = &node;
    for (; part && part->kind == ast::ExprKind::access; part = part->left)
      found.names.push_back(part->text);
    if (!part || part->kind != ast::ExprKind::identifier) return false;
    found.names.push_back(part->text);
    std::reverse(found.names.begin(), found.names.end());
    chains_.push_back(std::move(found));
    return true;
  }

  std::vector<Chain> chains_;
};

}  // namespace

std::vector<Chain> chains_of(const ast::Body& body) {
  Collector collector;
  collector.body(body);
  return collector.take();
}

}  // namespace river::config
