#include "river/eval.h"

#include <algorithm>

#include "river/diag/diagnostics.h"
#include "river/number.h"
#include "river/operands.h"
#include "river/printer.h"
#include "river/text.h"

namespace river {

namespace {

using ast::Expr;
using ast::ExprKind;

/// The canonical source of an expression, for messages; of a long one the first line.
std::string source_of(const Expr& expression) {
  std::string text = print_expression(expression);
  const size_t end = text.find('\n');
  return end == std::string::npos ? text : text.substr(0, end) + "...";
}

/// Goes down into the literal that a wrong element was written in, as far as it was written out.
/// What remains of `path` is known by its position only.
const Expr& written(const Expr& expression, std::span<const size_t>& path) {
  const Expr* at = &expression;
  for (;;) {
    if (at->kind == ExprKind::paren) {
      at = at->left;
    } else if (at->kind == ExprKind::array && !path.empty()) {
      at = at->items[path.front()];
      path = path.subspan(1);
    } else {
      return *at;
    }
  }
}

class Evaluator {
 public:
  Evaluator(const Scope& scope, diag::Diagnostics& diagnostics)
      : scope_(scope), diagnostics_(diagnostics) {}

  Value evaluate(const Expr& e) {
    Value value = compute(e);
    value.origin = e.span;
    return value;
  }

 private:
  Value compute(const Expr& e);
  Value number(const Expr& e);
  Value identifier(const Expr& e);
  Value access(const Expr& e);
  Value index(const Expr& e);
  Value element_at(const Expr& e, const Value& base, const Value& index);
  Value field_at(const Expr& e, const Value& base, const Value& index);
  Value call(const Expr& e);
  Value call(const Expr& e, const Function& function, std::vector<Value> args);
  bool convert_arguments(const Expr& e, const Function& function, std::vector<Value>& args);
  Value unary(const Expr& e);
  Value binary(const Expr& e);
  Value array(const Expr& e);
  Value object(const Expr& e);

  /// Reports "SOURCE MESSAGE" at an expression.
  template <class... Args>
  Value fail(std::string_view code, const Expr& at, fmt::format_string<Args...> format,
             Args&&... args) {
    diagnostics_.error(code, at.span, "{} {}", source_of(at),
                       fmt::format(format, std::forward<Args>(args)...));
    return Value::unknown();
  }

  const Scope& scope_;
  diag::Diagnostics& diagnostics_;
};

Value Evaluator::compute(const Expr& e) {
  switch (e.kind) {
    case ExprKind::bad:
      return Value::unknown();
    case ExprKind::null_literal:
      return {};
    case ExprKind::bool_literal:
      return Value::boolean(e.text == "true");
    case ExprKind::number:
    case ExprKind::floating:
      return number(e);
    case ExprKind::string:
    case ExprKind::raw_string:
      return Value::string(unquote(e.text));
    case ExprKind::identifier:
      return identifier(e);
    case ExprKind::access:
      return access(e);
    case ExprKind::index:
      return index(e);
    case ExprKind::call:
      return call(e);
    case ExprKind::unary:
      return unary(e);
    case ExprKind::binary:
      return binary(e);
    case ExprKind::paren:
      return evaluate(*e.left);
    case ExprKind::array:
      return array(e);
    case ExprKind::object:
      return object(e);
  }
  return Value::unknown();
}

Value Evaluator::number(const Expr& e) {
  const auto parsed = parse_number(e.text);
  if (parsed) return Value::number(*parsed);
  diagnostics_.error("R061", e.span, "{}", parsed.error().message);
  return Value::unknown();
}

Value Evaluator::identifier(const Expr& e) {
  const Value* found = scope_ ? scope_(e.text) : nullptr;
  if (found == nullptr) found = stdlib::lookup(e.text);
  if (found != nullptr) return *found;
  diagnostics_.error("R050", e.span, "identifier {} does not exist", quote(e.text));
  return Value::unknown();
}

Value Evaluator::access(const Expr& e) {
  Value base = evaluate(*e.left);
  if (is_any_unknown(base)) return base;
  if (base.kind() == Kind::capsule)
    return fail("R053", *e.left,
                "expected object or array or a capsule convertible to an object, got capsule");
  if (base.kind() != Kind::object)
    return fail("R053", *e.left, "cannot access field {} on value of type {}", quote(e.text),
                kind_name(base.kind()));
  if (base.is_unknown()) {
    const Type* element = base.as_unknown()->type->element;
    return Value::unknown(element != nullptr ? element : &kAnyType);
  }
  if (const Value* field = base.field(e.text)) return *field;
  auto& report = diagnostics_.error("R054", e.op_span, "field {} does not exist", quote(e.text));
  std::vector<std::string_view> names;
  for (const auto& [name, field] : *base.as_object()) names.push_back(name);
  if (const std::string_view near = diag::did_you_mean(e.text, names); !near.empty())
    report.with_help(fmt::format("did you mean {}?", near));
  return Value::unknown();
}

Value Evaluator::index(const Expr& e) {
  const Value base = evaluate(*e.left);
  const Value index = evaluate(*e.right);
  if (is_any_unknown(base)) return is_silent(index) ? index : base;
  if (base.kind() == Kind::array) return element_at(e, base, index);
  if (base.kind() == Kind::object) return field_at(e, base, index);
  return fail("R053", *e.left, "expected object or array, got {}", kind_name(base.kind()));
}

Value Evaluator::element_at(const Expr& e, const Value& base, const Value& index) {
  if (!is_any_unknown(index) && index.kind() != Kind::number)
    return fail("R051", *e.right, "should be number, got {}", kind_name(index.kind()));
  if (is_silent(index)) return index;
  if (base.is_unknown()) {
    const Type* element = base.as_unknown()->type->element;
    return Value::unknown(element != nullptr ? element : &kAnyType);
  }
  if (index.is_unknown()) return Value::unknown(&kAnyType);
  const Array& elements = *base.as_array();
  const int64_t i = to_int64(*index.as_number());
  if (i >= 0 && static_cast<uint64_t>(i) < elements.size()) return elements[static_cast<size_t>(i)];
  return fail("R055", *e.right, "index {} is out of range of array with length {}", i,
              elements.size());
}

Value Evaluator::field_at(const Expr& e, const Value& base, const Value& index) {
  if (!is_any_unknown(index) && index.kind() != Kind::string)
    return fail("R051", *e.right, "should be string, got {}", kind_name(index.kind()));
  if (is_silent(index)) return index;
  if (base.is_unknown()) {
    const Type* element = base.as_unknown()->type->element;
    return Value::unknown(element != nullptr ? element : &kAnyType);
  }
  if (index.is_unknown()) return Value::unknown(&kAnyType);
  const Value* field = base.field(*index.as_string());
  return field != nullptr ? *field : Value();
}

Value Evaluator::call(const Expr& e) {
  const Value callee = evaluate(*e.left);
  if (!is_any_unknown(callee) && callee.as_function() == nullptr)
    return fail("R056", *e.left, "should be function, got {}", kind_name(callee.kind()));
  std::vector<Value> args;
  args.reserve(e.items.size());
  for (const Expr* item : e.items) args.push_back(evaluate(*item));
  return callee.is_unknown() ? callee : call(e, *callee.as_function(), std::move(args));
}

Value Evaluator::call(const Expr& e, const Function& function, std::vector<Value> args) {
  const auto count = static_cast<int>(args.size());
  if (function.arity_max < 0 && count < function.arity_min)
    return fail("R057", *e.left, "expected at least {} args, got {}", function.arity_min, count);
  if (function.arity_max >= 0 && (count < function.arity_min || count > function.arity_max)) {
    const std::string wanted =
        function.arity_min == function.arity_max
            ? fmt::to_string(function.arity_min)
            : fmt::format("{} to {}", function.arity_min, function.arity_max);
    return fail("R057", *e.left, "expected {} args, got {}", wanted, count);
  }
  if (!convert_arguments(e, function, args)) return Value::unknown();
  if (std::any_of(args.begin(), args.end(), is_silent)) return Value::unknown();
  const bool unknown =
      !function.takes_unknown &&
      std::any_of(args.begin(), args.end(), [](const Value& arg) { return arg.has_unknown(); });
  if (unknown || function.call == nullptr) return Value::unknown(function.result);

  auto answer = function.call(args);
  if (!answer) return fail("R059", *e.left, "{}", answer.error().message);
  const std::string* text = answer->as_string();
  if (text != nullptr && text->size() > kTextBytesMax)
    return fail("R059", *e.left, "gives more than {} bytes", kTextBytesMax);
  return *std::move(answer);
}

bool Evaluator::convert_arguments(const Expr& e, const Function& function,
                                  std::vector<Value>& args) {
  bool fit = true;
  const auto parameters = function.parameters;
  for (size_t i = 0; i < args.size() && !parameters.empty(); ++i) {
    const Type& wanted = *parameters[std::min(i, parameters.size() - 1)];
    auto converted = convert(args[i], wanted);
    if (converted) {
      converted->origin = args[i].origin;
      args[i] = *std::move(converted);
      continue;
    }
    std::span<const size_t> path = converted.error().path;
    const Expr& at = written(*e.items[i], path);
    std::string steps;
    for (const size_t step : path) steps += fmt::format("[{}]", step);
    diagnostics_.error(converted.error().code, at.span, "{}{} {}", source_of(at), steps,
                       converted.error().message);
    fit = false;
  }
  return fit;
}

Value Evaluator::unary(const Expr& e) {
  Value operand = evaluate(*e.left);
  if (is_silent(operand)) return operand;
  const Type& type = e.op == ast::Op::negate ? kNumberType : kBoolType;
  if (!is_any_unknown(operand) && operand.kind() != type.kind)
    return fail("R051", *e.left, "should be {}, got {}", type.name, kind_name(operand.kind()));
  if (operand.is_unknown()) return Value::unknown(&type);
  if (const bool* boolean = operand.as_bool()) return Value::boolean(!*boolean);
  return Value::number(negate(*operand.as_number()));
}

Value Evaluator::binary(const Expr& e) {
  const Value left = evaluate(*e.left);
  const Value right = evaluate(*e.right);
  auto answer = apply_binary(e.op, left, right);
  if (answer) return *std::move(answer);
  const OperandError& error = answer.error();
  return fail(error.code, error.right ? *e.right : *e.left, "{}", error.message);
}

Value Evaluator::array(const Expr& e) {
  Array elements;
  elements.reserve(e.items.size());
  for (const Expr* item : e.items) elements.push_back(evaluate(*item));
  return Value::array(std::move(elements));
}

Value Evaluator::object(const Expr& e) {
  Object fields;
  fields.reserve(e.fields.size());
  // The key is the text between the quotes as it is, except that "" is a key of two quotes.
  for (const ast::Field& field : e.fields)
    fields.emplace_back(field.quoted && field.key.empty() ? "\"\"" : std::string(field.key),
                        evaluate(*field.value));
  return Value::object(std::move(fields));
}

}  // namespace

Value evaluate(const ast::Expr& expression, const Scope& scope, diag::Diagnostics& diagnostics) {
  return Evaluator(scope, diagnostics).evaluate(expression);
}

}  // namespace river
