#include "ottl/run.h"

namespace ottl {
namespace {

namespace otlp = telemetry::otlp;
using otlp::Value;

std::optional<Value> with_element(const Value& list, std::span<const Step> steps,
                                  const Value& value, base::Arena& memory) {
  std::string bytes, encoded;
  int64_t index = 0;
  otlp::Elements elements(list);
  for (Value element; elements.next(element); ++index) {
    if (index == steps[0].index) {
      const auto changed = with_member(element, steps.subspan(1), value, memory);
      if (!changed) return std::nullopt;
      element = *changed;
    }
    encoded.clear();
    otlp::append_value(encoded, element);
    telemetry::wire::append_bytes(bytes, 1, encoded);
  }
  if (steps[0].index >= index) return std::nullopt;
  return Value::list(memory.text(bytes));
}

}  // namespace

Value member_at(Value value, std::span<const Step> steps) {
  for (const Step& step : steps) {
    if (step.index < 0) {
      if (!value.is(Value::Kind::map)) return {};
      value = otlp::member_of(value, step.key);
      continue;
    }
    if (!value.is(Value::Kind::list)) return {};
    otlp::Elements elements(value);
    Value element;
    bool has_element = true;
    for (int64_t i = 0; i <= step.index && has_element; ++i) has_element = elements.next(element);
    if (!has_element) return {};
    value = element;
  }
  return value;
}

std::optional<Value> with_member(const Value& container, std::span<const Step> steps,
                                 const Value& value, base::Arena& memory) {
  if (steps.empty()) return value;
  if (steps[0].index >= 0) {
    if (!container.is(Value::Kind::list)) return std::nullopt;
    return with_element(container, steps, value, memory);
  }
  if (!container.is(Value::Kind::map) && !container.empty()) return std::nullopt;
  std::string bytes;
  bool is_found = false;
  otlp::Members members(container);
  for (otlp::KeyValue member; members.next(member);) {
    Value inner = otlp::value_of(member.any_value);
    if (member.key == steps[0].key && !is_found) {
      is_found = true;
      const auto changed = with_member(inner, steps.subspan(1), value, memory);
      if (!changed) return std::nullopt;
      inner = *changed;
    }
    otlp::append_key_value(bytes, 1, member.key, inner);
  }
  if (!is_found) {
    const auto made = with_member({}, steps.subspan(1), value, memory);
    if (!made) return std::nullopt;
    otlp::append_key_value(bytes, 1, steps[0].key, *made);
  }
  return Value::map(memory.text(bytes));
}

bool are_equal(const Value& left, const Value& right) {
  if (left.is(Value::Kind::integer) && right.is(Value::Kind::real))
    return static_cast<double>(left.integer) == right.real;
  if (left.is(Value::Kind::real) && right.is(Value::Kind::integer))
    return left.real == static_cast<double>(right.integer);
  return left == right;
}

std::string_view kind_name(const Value& value) {
  switch (value.kind) {
    case Value::Kind::empty:
      return "nil";
    case Value::Kind::text:
      return "a string";
    case Value::Kind::boolean:
      return "a bool";
    case Value::Kind::integer:
      return "an int";
    case Value::Kind::real:
      return "a float";
    case Value::Kind::bytes:
      return "bytes";
    case Value::Kind::list:
      return "a list";
    case Value::Kind::map:
      return "a map";
  }
  return "nothing";
}

}  // namespace ottl
