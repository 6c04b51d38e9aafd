#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "base/base64.h"
#include "base/number.h"
#include "base/text.h"
#include "telemetry/otlp/json.h"
#include "telemetry/otlp/request.h"
#include "telemetry/wire/proto.h"

namespace telemetry::otlp {
namespace {

using wire::ProtoReader;
using wire::WireType;

/// Fields of one number, in order. Of a field that is no list the last one counts, and messages
/// merge: their bytes in a row are the merged message.
class Occurrences {
 public:
  Occurrences(const Field& field, std::string_view message) : field_(field), in_(message) {}

  /// The next value: bits of a number, or bytes.
  bool next(uint64_t& bits, std::string_view& bytes);

 private:
  uint64_t number(wire::ByteReader& in) const {
    switch (wire_type(field_.kind)) {
      case WireType::varint:
        return in.varint();
      case WireType::fixed32:
        return in.fixed<uint32_t>();
      default:
        return in.fixed<uint64_t>();
    }
  }

  const Field& field_;
  ProtoReader in_;
  wire::ByteReader packed_{std::string_view()};
};

bool Occurrences::next(uint64_t& bits, std::string_view& bytes) {
  const WireType wanted = wire_type(field_.kind);
  for (;;) {
    if (packed_.ok() && !packed_.rest().empty()) {
      bits = number(packed_);
      return packed_.ok();
    }
    if (!in_.next()) return false;
    if (in_.tag() != field_.number) {
      in_.skip();
    } else if (in_.type() == wanted) {
      if (wanted == WireType::bytes) bytes = in_.bytes();
      if (wanted == WireType::varint) bits = in_.varint();
      if (wanted == WireType::fixed64) bits = in_.fixed64();
      if (wanted == WireType::fixed32) bits = in_.fixed32();
      return in_.ok();
    } else if (field_.is_list && in_.type() == WireType::bytes) {
      packed_ = wire::ByteReader(in_.bytes());
    } else {
      in_.skip();
    }
  }
}

/// The reference writes these even when nothing is in them.
bool is_always_written(const Message& message, const Field& field) {
  return field.kind == Kind::message && !field.is_list && field.oneof == 0 &&
         message.level != Message::Level::other;
}

void append_real(std::string& out, double value) {
  if (std::isnan(value))
    out += "\"NaN\"";
  else if (std::isinf(value))
    out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  else
    base::append_float(out, value);
}

/// The bits of a number as ProtoReader gives them.
void append_scalar(std::string& out, Kind kind, uint64_t bits) {
  switch (kind) {
    case Kind::boolean:
      out += bits != 0 ? "true" : "false";
      return;
    case Kind::real:
      return append_real(out, std::bit_cast<double>(bits));
    case Kind::enumeration:
    case Kind::int32:
      out += fmt::format_int(static_cast<int32_t>(bits)).c_str();
      return;
    case Kind::sint32:
      out += fmt::format_int(static_cast<int32_t>(bits >> 1) ^ -static_cast<int32_t>(bits & 1))
                 .c_str();
      return;
    case Kind::uint32:
    case Kind::fixed32:
      out += fmt::format_int(static_cast<uint32_t>(bits)).c_str();
      return;
    case Kind::int64:
    case Kind::sfixed64:
      fmt::format_to(std::back_inserter(out), "\"{}\"", static_cast<int64_t>(bits));
      return;
    default:
      fmt::format_to(std::back_inserter(out), "\"{}\"", bits);
  }
}

class JsonOf {
 public:
  void object(const Message& message, std::string_view bytes, size_t depth);

  std::string out;

 private:
  void list(const Field& field, std::string_view bytes, size_t depth);
  void single(const Message& message, const Field& field, std::string_view bytes, size_t depth);
  void value(const Field& field, uint64_t bits, std::string_view bytes, size_t depth);
  /// A comma but for the first member, and the name.
  void key(const Field& field) {
    if (out.back() != '{') out += ',';
    fmt::format_to(std::back_inserter(out), "\"{}\":", field.name);
  }
};

/// The last member that is set of each oneof; 0: none.
uint32_t chosen(const Message& message, std::string_view bytes) {
  uint32_t number = 0;
  for (ProtoReader in(bytes); in.next(); in.skip()) {
    const Field* field = message.find(in.tag());
    if (field != nullptr && field->oneof != 0) number = in.tag();
  }
  return number;
}

void JsonOf::object(const Message& message, std::string_view bytes, size_t depth) {
  out += '{';
  if (&message == &kAnyValue) ++depth;
  const bool has_choice =
      std::ranges::any_of(message.fields, [](const Field& field) { return field.oneof != 0; });
  const uint32_t choice = has_choice ? chosen(message, bytes) : 0;
  if (depth <= kValueDepthMax) {
    for (const Field& known : message.fields) {
      if (known.oneof != 0 && known.number != choice) continue;
      if (known.is_list)
        list(known, bytes, depth);
      else
        single(message, known, bytes, depth);
    }
  }
  out += '}';
}

void JsonOf::list(const Field& field, std::string_view bytes, size_t depth) {
  Occurrences all(field, bytes);
  uint64_t bits = 0;
  std::string_view text;
  bool is_first = true;
  for (; all.next(bits, text); is_first = false) {
    if (is_first) {
      key(field);
      out += '[';
    } else {
      out += ',';
    }
    value(field, bits, text, depth);
  }
  if (!is_first) out += ']';
}

void JsonOf::single(const Message& message, const Field& field, std::string_view bytes,
                    size_t depth) {
  Occurrences all(field, bytes);
  uint64_t bits = 0;
  std::string_view text;
  std::string merged;
  size_t count = 0;
  for (std::string_view next; all.next(bits, next); ++count) {
    if (field.kind == Kind::message && count > 0) {
      if (count == 1) merged = text;
      merged += next;
      text = merged;
    } else {
      text = next;
    }
  }
  const bool is_default = field.kind != Kind::message && bits == 0 && text.empty();
  const bool is_kept = field.oneof != 0 || field.has_presence || !is_default;
  if ((count == 0 || !is_kept) && !is_always_written(message, field)) return;
  key(field);
  value(field, bits, text, depth);
}

void JsonOf::value(const Field& field, uint64_t bits, std::string_view bytes, size_t depth) {
  switch (field.kind) {
    case Kind::message:
      return object(*field.message, bytes, depth);
    case Kind::text:
      return base::append_json_string(out, bytes);
    case Kind::blob:
      fmt::format_to(std::back_inserter(out), "\"{}\"", base::base64_encode(bytes));
      return;
    case Kind::trace_id:
    case Kind::span_id:
      out += '"';
      append_hex(out, bytes);
      out += '"';
      return;
    default:
      append_scalar(out, field.kind, bits);
  }
}

}  // namespace

void append_hex(std::string& out, std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[c & 15];
  }
}

std::string json_of(const Message& message, std::string_view bytes) {
  JsonOf writer;
  writer.object(message, bytes, 0);
  return std::move(writer.out);
}

}  // namespace telemetry::otlp
