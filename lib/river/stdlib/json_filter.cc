#include <re2/re2.h>

#include "base/ensure.h"
#include "river/number.h"
#include "river/stdlib/json.h"

namespace river::stdlib {

namespace {

/// The one value that an operand stands for; nullptr when a path selects none or several.
const Value* operand(const Filter& filter, const Value& value, const Value& root) {
  if (filter.op == FilterOp::literal) return &filter.literal;
  if (filter.op != FilterOp::path) return nullptr;
  const auto selected = follow_path(filter.path, filter.from_root ? root : value, root);
  return selected.size() == 1 ? selected.front() : nullptr;
}

ast::Op order_op(FilterOp op) {
  switch (op) {
    case FilterOp::less:
      return ast::Op::less;
    case FilterOp::less_equal:
      return ast::Op::less_equal;
    case FilterOp::greater:
      return ast::Op::greater;
    default:
      ENSURE(op == FilterOp::greater_equal);
      return ast::Op::greater_equal;
  }
}

bool ordered(FilterOp op, const Value& left, const Value& right) {
  if (left.as_number() != nullptr && right.as_number() != nullptr)
    return compare(order_op(op), *left.as_number(), *right.as_number());
  if (left.as_string() == nullptr || right.as_string() == nullptr) return false;
  const auto order = Number::of(int64_t{left.as_string()->compare(*right.as_string())});
  return compare(order_op(op), order, Number::of(int64_t{0}));
}

bool matches(const Filter& filter, const Value* text) {
  return text != nullptr && text->as_string() != nullptr &&
         re2::RE2::PartialMatch(*text->as_string(), *filter.regex);
}

bool is_equal(const Value* left, const Value* right) {
  if (left == nullptr || right == nullptr) return left == right;
  return *left == *right;
}

}  // namespace

bool filter_accepts(const Filter& filter, const Value& value, const Value& root) {
  const auto side = [&](const std::unique_ptr<Filter>& f) {
    return filter_accepts(*f, value, root);
  };
  switch (filter.op) {
    case FilterOp::literal:
      return filter.literal.as_bool() != nullptr && *filter.literal.as_bool();
    case FilterOp::path:
      return !follow_path(filter.path, filter.from_root ? root : value, root).empty();
    case FilterOp::negate:
      return !side(filter.left);
    case FilterOp::both:
      return side(filter.left) && side(filter.right);
    case FilterOp::either:
      return side(filter.left) || side(filter.right);
    default:
      break;
  }
  const Value* left = operand(*filter.left, value, root);
  if (filter.op == FilterOp::matches) return matches(filter, left);
  const Value* right = operand(*filter.right, value, root);
  if (filter.op == FilterOp::equal) return is_equal(left, right);
  if (filter.op == FilterOp::not_equal) return !is_equal(left, right);
  return left != nullptr && right != nullptr && ordered(filter.op, *left, *right);
}

}  // namespace river::stdlib
