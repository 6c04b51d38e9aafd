#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "base/base64.h"
#include "base/number.h"
#include "base/text.h"
#include "telemetry/otlp/json.h"
#include "telemetry/otlp/json_text.h"
#include "telemetry/otlp/request.h"
#include "telemetry/wire/proto.h"

namespace telemetry::otlp {
namespace {

/// Whether a key of JSON is this field's: in lowerCamelCase, or in snake_case as its .proto has it.
bool is_key_of(std::string_view key, std::string_view name) {
  if (key == name) return true;
  if (key.size() <= name.size()) return false;
  size_t at = 0;
  for (const char c : name) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (is_upper && (at >= key.size() || key[at++] != '_')) return false;
    if (at >= key.size() || key[at++] != base::to_lower(c)) return false;
  }
  return at == key.size();
}

const Field* field_of(const Message& message, std::string_view key) {
  for (const Field& field : message.fields)
    if (is_key_of(key, field.name)) return &field;
  return nullptr;
}

constexpr int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = base::to_lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

constexpr uint64_t zigzag(int64_t value) {
  return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
}

template <class Number>
std::optional<Number> integer_of(std::string_view text) {
  if (std::is_signed_v<Number> && text.size() > 1 && text[0] == '+' && text[1] != '-')
    text.remove_prefix(1);
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class RequestOfJson {
 public:
  explicit RequestOfJson(std::string_view json) : in_(json) {}

  bool object(const Message& message, size_t depth);

  std::string take() { return std::move(out_); }
  std::string error() const {
    return place_.empty() ? in_.problem() : fmt::format("{}: {}", place_, in_.problem());
  }

 private:
  /// What is known of the object that is being read.
  struct Seen {
    uint32_t numbers = 0;  ///< bit set of field numbers
    /// The member of the oneof that was written: of several the last one counts.
    size_t choice_at = 0, choice_size = 0;
  };

  bool member(const Field& field, Seen& seen, size_t depth);
  bool list(const Field& field, size_t depth);
  bool one(const Field& field, bool writes_default, size_t depth);
  bool message(const Field& field, size_t depth);
  bool bytes(const Field& field, bool writes_default);
  bool bytes_of(const Field& field, std::string_view text, std::string& decoded);
  bool scalar(const Field& field, uint64_t& bits);
  bool enumerator(const Field& field, uint64_t& bits);
  bool number_text(std::string_view& text);
  void write(Kind kind, uint64_t bits);
  void key(const Field& field) {
    wire::append_number(out_, field.number << 3 | static_cast<uint32_t>(wire_type(field.kind)));
  }
  /// Makes a length-delimited field of what has been written since `begin`.
  void enclose(const Field& field, size_t begin);

  JsonCursor in_;
  std::string out_;
  std::string place_;
  std::string buffer_, text_buffer_;
};

// object = "null" | "{" [ member { "," member } ] "}"
bool RequestOfJson::object(const Message& message, size_t depth) {
  if (&message == &kAnyValue && ++depth > kValueDepthMax)
    return in_.fail(fmt::format("values within values, deeper than {}", kValueDepthMax));
  if (in_.take_word("null")) return true;
  if (!in_.expect('{')) return false;
  if (in_.take('}')) return true;
  Seen seen;
  do {
    std::string_view name;
    if (!in_.string(buffer_, name)) return false;
    const Field* field = field_of(message, name);
    if (!in_.expect(':')) return false;
    if (field == nullptr) {
      if (!in_.skip_value()) return false;
    } else if (!member(*field, seen, depth)) {
      place_ =
          place_.empty() ? std::string(field->name) : fmt::format("{}.{}", field->name, place_);
      return false;
    }
  } while (in_.take(','));
  return in_.expect('}');
}

bool RequestOfJson::member(const Field& field, Seen& seen, size_t depth) {
  const uint32_t bit = uint32_t{1} << field.number;
  const bool again = (seen.numbers & bit) != 0;
  seen.numbers |= bit;
  if (field.is_list) return list(field, depth);
  if (field.oneof == 0) return one(field, again || field.has_presence, depth);
  out_.erase(seen.choice_at, seen.choice_size);
  seen.choice_at = out_.size();
  if (!one(field, true, depth)) return false;
  seen.choice_size = out_.size() - seen.choice_at;
  return true;
}

// list = "null" | "[" [ value { "," value } ] "]"
bool RequestOfJson::list(const Field& field, size_t depth) {
  if (in_.take_word("null")) return true;
  if (!in_.expect('[')) return false;
  if (in_.take(']')) return true;
  const bool is_packed = wire_type(field.kind) != wire::WireType::bytes;
  const size_t begin = out_.size();
  do {
    uint64_t bits = 0;
    if (!is_packed) {
      if (!one(field, true, depth)) return false;
    } else {
      if (!scalar(field, bits)) return false;
      write(field.kind, bits);
    }
  } while (in_.take(','));
  if (is_packed) enclose(field, begin);
  return in_.expect(']');
}

bool RequestOfJson::one(const Field& field, bool writes_default, size_t depth) {
  if (field.kind == Kind::message) return message(field, depth);
  if (wire_type(field.kind) == wire::WireType::bytes) return bytes(field, writes_default);
  uint64_t bits = 0;
  if (!scalar(field, bits)) return false;
  if (bits == 0 && !writes_default) return true;
  key(field);
  write(field.kind, bits);
  return true;
}

bool RequestOfJson::message(const Field& field, size_t depth) {
  const size_t begin = out_.size();
  if (!object(*field.message, depth)) return false;
  enclose(field, begin);
  return true;
}

void RequestOfJson::enclose(const Field& field, size_t begin) {
  char head[16];
  const auto type = static_cast<uint32_t>(wire::WireType::bytes);
  char* end = wire::put_varint(head, field.number << 3 | type);
  end = wire::put_varint(end, out_.size() - begin);
  out_.insert(begin, head, static_cast<size_t>(end - head));
}

// text = string | "null", which is an empty one but for ids
bool RequestOfJson::bytes(const Field& field, bool writes_default) {
  const bool is_id = field.kind == Kind::trace_id || field.kind == Kind::span_id;
  std::string_view text;
  if (is_id || !in_.take_word("null")) {
    if (!in_.string(text_buffer_, text)) return false;
  }
  std::string decoded;
  if (field.kind != Kind::text) {
    if (!bytes_of(field, text, decoded)) return false;
    text = decoded;
  }
  if (text.empty() && !writes_default) return true;
  key(field);
  wire::append_number(out_, text.size());
  out_ += text;
  return true;
}

bool RequestOfJson::bytes_of(const Field& field, std::string_view text, std::string& decoded) {
  if (field.kind == Kind::blob) {
    // The decoder lets line ends pass, and so does the reference's.
    auto bytes = base::base64_decode(text);
    if (!bytes) return in_.fail("not base64 with padding: " + bytes.error().message);
    decoded = std::move(*bytes);
    return true;
  }
  const size_t wanted = field.kind == Kind::trace_id ? 32 : 16;
  if (!text.empty() && text.size() != wanted)
    return in_.fail(fmt::format("{} hexadecimal digits instead of {}", text.size(), wanted));
  auto id = bytes_of_hex(text);
  if (!id) return in_.fail("not hexadecimal");
  decoded = std::move(*id);
  return true;
}

/// The text of a number that may stand between quotes.
bool RequestOfJson::number_text(std::string_view& text) {
  return in_.peek() == '"' ? in_.string(text_buffer_, text) : in_.number(text);
}

bool RequestOfJson::enumerator(const Field& field, uint64_t& bits) {
  std::string_view name;
  if (!in_.string(text_buffer_, name)) return false;
  for (const Enumerator& known : field.enumerators) {
    if (known.name != name) continue;
    bits = static_cast<uint64_t>(int64_t{known.value});
    return true;
  }
  return in_.fail("not the name of an enumerator");
}

/// The value of a field that is no bytes, as write() takes it.
bool RequestOfJson::scalar(const Field& field, uint64_t& bits) {
  if (field.kind == Kind::boolean) {
    bits = in_.take_word("true") ? 1 : 0;
    return bits == 1 || in_.take_word("false") || in_.fail("expected true or false");
  }
  if (field.kind == Kind::enumeration && in_.peek() == '"') return enumerator(field, bits);
  std::string_view text;
  if (!number_text(text)) return false;
  const auto set = [&](auto value) {
    if (!value) return in_.fail("not a number of this type");
    bits = static_cast<uint64_t>(*value);
    return true;
  };
  switch (field.kind) {
    case Kind::real: {
      const auto value = base::parse_float(text);
      if (!value) return in_.fail("not a number");
      bits = std::bit_cast<uint64_t>(*value);
      return true;
    }
    case Kind::enumeration:
    case Kind::int32:
    case Kind::sint32:
      return set(integer_of<int32_t>(text));
    case Kind::uint32:
    case Kind::fixed32:
      return set(integer_of<uint32_t>(text));
    case Kind::int64:
    case Kind::sfixed64:
      return set(integer_of<int64_t>(text));
    default:
      return set(integer_of<uint64_t>(text));
  }
}

void RequestOfJson::write(Kind kind, uint64_t bits) {
  const wire::WireType type = wire_type(kind);
  if (kind == Kind::sint32) bits = zigzag(static_cast<int64_t>(bits));
  if (type == wire::WireType::varint) return wire::append_number(out_, bits);
  out_.append(reinterpret_cast<const char*>(&bits), type == wire::WireType::fixed32 ? 4 : 8);
}

}  // namespace

std::optional<std::string> bytes_of_hex(std::string_view digits) {
  std::string bytes;
  if (digits.size() % 2 != 0) return std::nullopt;
  for (size_t i = 0; i < digits.size(); i += 2) {
    const int high = digit_of(digits[i]), low = digit_of(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

base::Result<std::string> request_of_json(const Message& message, std::string_view json) {
  RequestOfJson reader(json);
  if (!reader.object(message, 0)) return base::fail("{}", reader.error());
  return reader.take();
}

}  // namespace telemetry::otlp
