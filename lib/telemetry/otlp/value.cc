#include "telemetry/otlp/value.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <map>

#include "base/base64.h"
#include "base/text.h"
#include "telemetry/otlp/fields.h"

namespace telemetry::otlp {
namespace {

using wire::ProtoReader;

/// As Go's encoding/json writes a float64.
void append_json_real(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    return;
  }
  const double size = std::abs(value);
  const bool has_exponent = size != 0 && (size < 1e-6 || size >= 1e21);
  char digits[400];
  const auto format = has_exponent ? std::chars_format::scientific : std::chars_format::fixed;
  const char* end = std::to_chars(digits, digits + sizeof digits, value, format).ptr;
  std::string_view text(digits, static_cast<size_t>(end - digits));
  // "1e-07" is written as "1e-7".
  const size_t zero = text.rfind("e-0");
  out += zero == std::string_view::npos ? text : text.substr(0, zero + 2);
  if (zero != std::string_view::npos) out += text.substr(zero + 3);
}

void append_json_list(std::string& out, const Value& list) {
  out += '[';
  Elements elements(list);
  for (Value element; elements.next(element);) {
    if (out.back() != '[') out += ',';
    append_json(out, element);
  }
  out += ']';
}

void append_json_map(std::string& out, const Value& map) {
  std::map<std::string_view, std::string_view> sorted;  // Of equal keys the last one counts.
  Members members(map);
  for (KeyValue member; members.next(member);) sorted[member.key] = member.any_value;
  out += '{';
  for (const auto& [key, any_value] : sorted) {
    if (out.back() != '{') out += ',';
    append_go_json_string(out, key);
    out += ':';
    append_json(out, value_of(any_value));
  }
  out += '}';
}

}  // namespace

bool Value::operator==(const Value& other) const {
  return kind == other.kind && boolean == other.boolean && text == other.text &&
         integer == other.integer && real == other.real;
}

Value value_of(std::string_view any_value) {
  Value value;
  for (ProtoReader in(any_value); in.next();) {
    switch (in.tag()) {
      case any_value::kText:
        value = Value::of(in.bytes());
        break;
      case any_value::kBoolean:
        value = Value::of(in.varint() != 0);
        break;
      case any_value::kInteger:
        value = Value::of(static_cast<int64_t>(in.varint()));
        break;
      case any_value::kReal:
        value = Value::of(std::bit_cast<double>(in.fixed64()));
        break;
      case any_value::kList:
        value = Value::list(in.bytes());
        break;
      case any_value::kMap:
        value = Value::map(in.bytes());
        break;
      case any_value::kBytes:
        value = Value::bytes(in.bytes());
        break;
      default:
        in.skip();
    }
  }
  return value;
}

void append_value(std::string& out, const Value& value) {
  switch (value.kind) {
    case Value::Kind::empty:
      return;
    case Value::Kind::text:
      return wire::append_bytes(out, any_value::kText, value.text);
    case Value::Kind::boolean:
      return wire::append_varint(out, any_value::kBoolean, value.boolean ? 1 : 0);
    case Value::Kind::integer:
      return wire::append_varint(out, any_value::kInteger, static_cast<uint64_t>(value.integer));
    case Value::Kind::real:
      return wire::append_fixed64(out, any_value::kReal, std::bit_cast<uint64_t>(value.real));
    case Value::Kind::list:
      return wire::append_bytes(out, any_value::kList, value.text);
    case Value::Kind::map:
      return wire::append_bytes(out, any_value::kMap, value.text);
    case Value::Kind::bytes:
      return wire::append_bytes(out, any_value::kBytes, value.text);
  }
}

namespace {

/// Key and value in this order, both shorter than 128 bytes, and nothing else: as most attributes
/// are encoded.
bool is_plain_pair(std::string_view bytes, KeyValue& found) {
  const auto length_at = [&](size_t at) { return static_cast<unsigned char>(bytes[at]); };
  if (bytes.size() < 4 || bytes[0] != wire::field_key(key_value::kKey, wire::WireType::bytes))
    return false;
  const size_t value = 2 + size_t{length_at(1)};
  if (length_at(1) >= 0x80 || bytes.size() < value + 2 || length_at(value + 1) >= 0x80 ||
      bytes[value] != wire::field_key(key_value::kValue, wire::WireType::bytes) ||
      bytes.size() != value + 2 + length_at(value + 1))
    return false;
  found = {bytes.substr(2, value - 2), bytes.substr(value + 2)};
  return true;
}

/// Of a field of bytes with a key of one byte.
size_t field_size(size_t value_size) {
  return 1 + wire::varint_size(value_size) + value_size;
}

}  // namespace

KeyValue key_value_of(std::string_view bytes) {
  KeyValue found;
  if (is_plain_pair(bytes, found)) return found;
  for (ProtoReader in(bytes); in.next();) {
    if (in.tag() == key_value::kKey)
      found.key = in.bytes();
    else if (in.tag() == key_value::kValue)
      found.any_value = in.bytes();
    else
      in.skip();
  }
  return found;
}

size_t encoded_size(const Value& value) {
  switch (value.kind) {
    case Value::Kind::empty:
      return 0;
    case Value::Kind::boolean:
      return 2;
    case Value::Kind::integer:
      return 1 + wire::varint_size(static_cast<uint64_t>(value.integer));
    case Value::Kind::real:
      return 9;
    default:
      return field_size(value.text.size());
  }
}

void append_key_value(std::string& out, uint32_t number, std::string_view key, const Value& value) {
  const size_t value_size = encoded_size(value);
  wire::append_number(out, number << 3 | static_cast<uint32_t>(wire::WireType::bytes));
  wire::append_number(out, field_size(key.size()) + field_size(value_size));
  wire::append_bytes(out, key_value::kKey, key);
  wire::append_number(out, key_value::kValue << 3 | static_cast<uint32_t>(wire::WireType::bytes));
  wire::append_number(out, value_size);
  append_value(out, value);
}

bool Elements::next(Value& element) {
  while (in_.next()) {
    if (in_.tag() == 1) {
      element = value_of(in_.bytes());
      return in_.ok();
    }
    in_.skip();
  }
  return false;
}

bool Members::next(KeyValue& member) {
  while (in_.next()) {
    if (in_.tag() == 1) {
      member = key_value_of(in_.bytes());
      return in_.ok();
    }
    in_.skip();
  }
  return false;
}

Value member_of(const Value& map, std::string_view key) {
  Members members(map);
  for (KeyValue member; members.next(member);)
    if (member.key == key) return value_of(member.any_value);
  return {};
}

std::string text_of(const Value& value) {
  std::string text;
  append_text(text, value);
  return text;
}

void append_text(std::string& out, const Value& value) {
  if (value.is(Value::Kind::text))
    out += value.text;
  else if (value.is(Value::Kind::bytes))
    out += base::base64_encode(value.text);
  else if (!value.empty())
    append_json(out, value);
}

void append_json(std::string& out, const Value& value) {
  switch (value.kind) {
    case Value::Kind::empty:
      out += "null";
      return;
    case Value::Kind::text:
      return append_go_json_string(out, value.text);
    case Value::Kind::boolean:
      out += value.boolean ? "true" : "false";
      return;
    case Value::Kind::integer:
      out += fmt::format_int(value.integer).c_str();
      return;
    case Value::Kind::real:
      return append_json_real(out, value.real);
    case Value::Kind::list:
      return append_json_list(out, value);
    case Value::Kind::map:
      return append_json_map(out, value);
    case Value::Kind::bytes:
      out += fmt::format("\"{}\"", base::base64_encode(value.text));
      return;
  }
}

void append_go_json_string(std::string& out, std::string_view text) {
  const size_t begin = out.size();
  base::append_json_string(out, text);
  if (text.find_first_of("<>&") == std::string_view::npos) return;
  const std::string plain = out.substr(begin);
  out.resize(begin);
  for (const char c : plain) {
    if (c == '<' || c == '>' || c == '&')
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    else
      out += c;
  }
}

}  // namespace telemetry::otlp
