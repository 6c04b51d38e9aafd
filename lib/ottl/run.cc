#include "ottl/run.h"

#include <fmt/format.h>

#include <bit>

#include "ottl/function.h"
#include "telemetry/otlp/json.h"

namespace ottl {
namespace {

namespace otlp = telemetry::otlp;
using otlp::Value;

constexpr std::string_view kSpanKinds[] = {"Unspecified", "Internal", "Server",
                                           "Client",      "Producer", "Consumer"};

int64_t metric_type_of(const otlp::Node& metric) {
  static constexpr uint32_t kFields[] = {
      otlp::metric::kGauge, otlp::metric::kSum, otlp::metric::kHistogram,
      otlp::metric::kExponentialHistogram, otlp::metric::kSummary};
  for (size_t i = 0; i < std::size(kFields); ++i)
    if (metric.has(kFields[i])) return static_cast<int64_t>(i) + 1;
  return 0;
}

/// The order of two values that have one.
std::optional<std::partial_ordering> order(const Value& left, const Value& right) {
  const auto is_number = [](const Value& value) {
    return value.is(Value::Kind::integer) || value.is(Value::Kind::real);
  };
  const auto number = [](const Value& value) {
    return value.is(Value::Kind::real) ? value.real : static_cast<double>(value.integer);
  };
  if (left.is(Value::Kind::integer) && right.is(Value::Kind::integer))
    return left.integer <=> right.integer;
  if (is_number(left) && is_number(right)) return number(left) <=> number(right);
  if (left.kind != right.kind) return std::nullopt;
  if (left.is(Value::Kind::text) || left.is(Value::Kind::bytes)) return left.text <=> right.text;
  return std::nullopt;
}

}  // namespace

bool Run::test(const Expression& condition) {
  const Value value = evaluate(condition);
  if (!error_.empty()) return false;
  if (!value.is(Value::Kind::boolean)) fail("the condition is not a bool");
  return value.boolean;
}

void Run::execute(const Statement& statement) {
  if (statement.condition && !test(*statement.condition)) return;
  statement.editor.function->edit(*this, statement.editor);
}

Value Run::evaluate(const Expression& expression) {
  if (const auto* literal = std::get_if<Literal>(&expression.node)) return literal->value;
  if (const auto* path = std::get_if<Path>(&expression.node)) return get(*path);
  if (const auto* call = std::get_if<Call>(&expression.node))
    return member_at(call->function->convert(*this, *call), call->steps);
  if (const auto* operation = std::get_if<Operation>(&expression.node)) return operate(*operation);
  std::string bytes, encoded;
  for (const Expression& element : std::get<List>(expression.node).elements) {
    encoded.clear();
    append_value(encoded, evaluate(element));
    telemetry::wire::append_bytes(bytes, 1, encoded);
  }
  return Value::list(keep(bytes));
}

Value Run::operate(const Operation& operation) {
  const Expression& first = operation.operands[0];
  switch (operation.op) {
    case Operator::logical_not:
      return Value::of(!test(first));
    case Operator::logical_and:
      return Value::of(test(first) && test(operation.operands[1]));
    case Operator::logical_or:
      return Value::of(test(first) || (error_.empty() && test(operation.operands[1])));
    default:
      break;
  }
  const Value left = evaluate(first), right = evaluate(operation.operands[1]);
  const auto ordered = [&](auto holds) {
    const auto found = order(left, right);
    return Value::of(found && holds(*found));
  };
  switch (operation.op) {
    case Operator::equal:
      return Value::of(are_equal(left, right));
    case Operator::unequal:
      return Value::of(!are_equal(left, right));
    case Operator::less:
      return ordered([](std::partial_ordering found) { return found < 0; });
    case Operator::less_or_equal:
      return ordered([](std::partial_ordering found) { return found <= 0; });
    case Operator::greater:
      return ordered([](std::partial_ordering found) { return found > 0; });
    case Operator::greater_or_equal:
      return ordered([](std::partial_ordering found) { return found >= 0; });
    default:
      return calculate(operation.op, left, right);
  }
}

Value Run::calculate(Operator op, const Value& left, const Value& right) {
  const auto calculated = [op](auto a, auto b) {
    switch (op) {
      case Operator::add:
        return a + b;
      case Operator::subtract:
        return a - b;
      case Operator::multiply:
        return a * b;
      default:
        return a / b;
    }
  };
  const auto is_number = [](const Value& value) {
    return value.is(Value::Kind::integer) || value.is(Value::Kind::real);
  };
  if (!is_number(left) || !is_number(right)) {
    fail(fmt::format("cannot calculate with {} and {}", kind_name(left), kind_name(right)));
    return {};
  }
  if (left.is(Value::Kind::integer) && right.is(Value::Kind::integer)) {
    if (op == Operator::divide) {
      if (right.integer == 0 || (right.integer == -1 && left.integer == INT64_MIN)) {
        fail("a division that has no result");
        return {};
      }
      return Value::of(left.integer / right.integer);
    }
    // What is too large wraps around, as in Go.
    const auto bits =
        calculated(static_cast<uint64_t>(left.integer), static_cast<uint64_t>(right.integer));
    return Value::of(static_cast<int64_t>(bits));
  }
  const auto number = [](const Value& value) {
    return value.is(Value::Kind::real) ? value.real : static_cast<double>(value.integer);
  };
  return Value::of(calculated(number(left), number(right)));
}

otlp::Node* Run::node_of(Context context, bool makes) {
  const auto inner = [makes](otlp::Node* outer, uint32_t number) -> otlp::Node* {
    if (outer == nullptr) return nullptr;
    return makes ? &outer->child_or_new(number) : outer->child(number);
  };
  switch (context) {
    case Context::resource:
      return inner(target_.resource_data, otlp::resource_data::kResource);
    case Context::scope:
      return inner(target_.scope_data, otlp::scope_data::kScope);
    case Context::metric:
      return target_.metric;
    case Context::span_event:
      return target_.event;
    default:
      return target_.item;
  }
}

Value Run::get_attributes(Node& node, const std::vector<Step>& steps) {
  const otlp::Attributes attributes(node);
  if (!steps.empty()) {
    const auto value = attributes.get(steps[0].key);
    return value ? member_at(*value, std::span(steps).subspan(1)) : Value();
  }
  std::string map;
  attributes.each([&](const otlp::KeyValue& attribute) {
    append_key_value(map, 1, attribute.key, otlp::value_of(attribute.any_value));
  });
  return Value::map(keep(map));
}

Value Run::get(const Path& path) {
  Node* node = node_of(path.context, false);
  if (node == nullptr) return {};
  switch (path.access) {
    case Access::text:
      return Value::of(node->bytes(path.number));
    case Access::integer:
      return Value::of(static_cast<int64_t>(node->number(path.number)));
    case Access::real:
      return Value::of(node->real(path.number));
    case Access::boolean:
      return Value::of(node->number(path.number) != 0);
    case Access::id:
      return Value::bytes(node->bytes(path.number));
    case Access::id_text: {
      std::string text;
      otlp::append_hex(text, node->bytes(path.number));
      return Value::of(keep(text));
    }
    case Access::kind_text: {
      const uint64_t kind = node->number(path.number);
      return Value::of(kind < std::size(kSpanKinds) ? kSpanKinds[kind] : std::string_view());
    }
    case Access::attributes:
      return get_attributes(*node, path.steps);
    case Access::value:
      return member_at(otlp::value_of(node->bytes(path.number)), path.steps);
    case Access::value_text:
      return Value::of(keep(otlp::text_of(otlp::value_of(node->bytes(path.number)))));
    case Access::status_text:
    case Access::status_code: {
      const Node* status = node->child(otlp::span::kStatus);
      if (path.access == Access::status_text)
        return Value::of(status == nullptr ? std::string_view() : status->bytes(path.number));
      return Value::of(status == nullptr ? int64_t{0}
                                         : static_cast<int64_t>(status->number(path.number)));
    }
    case Access::metric_type:
      return Value::of(metric_type_of(*node));
    case Access::data_integer:
    case Access::data_boolean: {
      const Node* data = otlp::data_of(*node);
      // Not every type of metric has it.
      if (data == nullptr || data->type().find(path.number) == nullptr) return {};
      const uint64_t bits = data->number(path.number);
      return path.access == Access::data_integer ? Value::of(static_cast<int64_t>(bits))
                                                 : Value::of(bits != 0);
    }
  }
  return {};
}

}  // namespace ottl
