#include <fmt/format.h>

#include <bit>

#include "ottl/run.h"
#include "telemetry/otlp/json.h"

namespace ottl {
namespace {

namespace otlp = telemetry::otlp;
using otlp::Value;

std::string cannot_set(std::string_view what, const Value& value) {
  return fmt::format("cannot set {} to {}", what, kind_name(value));
}

/// Numbers of both kinds are numbers of both kinds of points.
std::optional<uint64_t> bits_of(const otlp::Field& field, const Value& value) {
  if (field.kind == otlp::Kind::real) {
    if (value.is(Value::Kind::real)) return std::bit_cast<uint64_t>(value.real);
    if (!value.is(Value::Kind::integer)) return std::nullopt;
    return std::bit_cast<uint64_t>(static_cast<double>(value.integer));
  }
  if (field.kind == otlp::Kind::boolean) {
    if (!value.is(Value::Kind::boolean)) return std::nullopt;
    return value.boolean ? 1 : 0;
  }
  if (!value.is(Value::Kind::integer)) return std::nullopt;
  return static_cast<uint64_t>(value.integer);
}

}  // namespace

void Run::set(const Path& path, const Value& value) {
  if (value.empty()) return;
  Node* node = node_of(path.context, true);
  if (node == nullptr) return;
  switch (path.access) {
    case Access::text:
      if (!value.is(Value::Kind::text)) return fail(cannot_set("a text", value));
      return node->set_bytes(path.number, value.text);
    case Access::integer:
    case Access::real:
    case Access::boolean:
      return set_number(*node, path, value);
    case Access::id:
    case Access::id_text:
      return set_id(*node, path.number, value, path.access == Access::id_text);
    case Access::attributes:
      return set_attributes(*node, path.steps, value);
    case Access::value: {
      const auto changed =
          with_member(otlp::value_of(node->bytes(path.number)), path.steps, value, memory_);
      if (!changed) return fail("there is no such place in the value");
      std::string encoded;
      append_value(encoded, *changed);
      return node->set_bytes(path.number, encoded);
    }
    case Access::status_text:
      if (!value.is(Value::Kind::text)) return fail(cannot_set("a text", value));
      return node->child_or_new(otlp::span::kStatus).set_bytes(path.number, value.text);
    case Access::status_code:
      return set_number(node->child_or_new(otlp::span::kStatus), path, value);
    case Access::data_integer:
    case Access::data_boolean: {
      Node* data = otlp::data_of(*node);
      if (data == nullptr || data->type().find(path.number) == nullptr)
        return fail("metrics of this type have no such field");
      return set_number(*data, path, value);
    }
    case Access::kind_text:
    case Access::value_text:
    case Access::metric_type:
      return fail("this field can only be read");
  }
}

void Run::set_number(Node& node, const Path& path, const Value& value) {
  const otlp::Field* field = node.type().find(path.number);
  // A field of number points, on a point of another type.
  if (field == nullptr || (path.access == Access::real && field->kind != otlp::Kind::real))
    return fail("points of this type have no such field");
  const auto bits = bits_of(*field, value);
  if (!bits) return fail(cannot_set("a number", value));
  if (field->oneof != 0)
    for (const otlp::Field& other : node.type().fields)
      if (other.oneof == field->oneof && other.number != field->number) node.erase(other.number);
  node.set_number(path.number, *bits);
}

void Run::set_id(Node& node, uint32_t number, const Value& value, bool is_text) {
  const bool fits = value.is(is_text ? Value::Kind::text : Value::Kind::bytes);
  const auto bytes = !fits     ? std::nullopt
                     : is_text ? otlp::bytes_of_hex(value.text)
                               : std::optional(std::string(value.text));
  const size_t wanted = node.type().find(number)->kind == otlp::Kind::trace_id ? 16 : 8;
  if (!bytes || (bytes->size() != wanted && !bytes->empty()))
    return fail(fmt::format("an id must have {} bytes", wanted));
  node.set_bytes(number, *bytes);
}

void Run::set_attributes(Node& node, const std::vector<Step>& steps, const Value& value) {
  otlp::Attributes attributes(node);
  if (steps.empty()) {
    if (!value.is(Value::Kind::map)) return fail(cannot_set("attributes", value));
    // The members view bytes of the run, or of the node before it is changed.
    return attributes.assign(Value::map(keep(value.text)));
  }
  const auto before = attributes.get(steps[0].key);
  const auto after =
      with_member(before.value_or(Value()), std::span(steps).subspan(1), value, memory_);
  if (!after) return fail("there is no such place in the value");
  attributes.set(steps[0].key, *after);
}

}  // namespace ottl
