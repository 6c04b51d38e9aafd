#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "telemetry/wire/proto.h"

namespace telemetry::otlp {

/// An AnyValue that has been read. Views bytes that it does not own. Lists and maps stay encoded,
/// as the bytes of an ArrayValue or KeyValueList: Elements and Members walk over them.
struct Value {
  enum class Kind : uint8_t { empty, text, boolean, integer, real, bytes, list, map };

  Kind kind = Kind::empty;
  bool boolean = false;
  std::string_view text;  ///< of text and bytes; of list and map their encoding
  int64_t integer = 0;
  double real = 0;

  static Value of(std::string_view text) { return {.kind = Kind::text, .text = text}; }
  static Value of(const char*) = delete;  // It would become a boolean.
  static Value of(bool value) { return {.kind = Kind::boolean, .boolean = value}; }
  static Value of(int64_t value) { return {.kind = Kind::integer, .integer = value}; }
  static Value of(double value) { return {.kind = Kind::real, .real = value}; }
  static Value bytes(std::string_view bytes) { return {.kind = Kind::bytes, .text = bytes}; }
  static Value list(std::string_view encoded) { return {.kind = Kind::list, .text = encoded}; }
  static Value map(std::string_view encoded) { return {.kind = Kind::map, .text = encoded}; }

  bool empty() const { return kind == Kind::empty; }
  bool is(Kind wanted) const { return kind == wanted; }
  /// The same kind and value; maps and lists by their encoding. NaN equals nothing.
  bool operator==(const Value& other) const;
};

/// Reads an AnyValue, which has been checked.
Value value_of(std::string_view any_value);
/// Appends it as an AnyValue.
void append_value(std::string& out, const Value& value);

/// An attribute, or a member of a map.
struct KeyValue {
  std::string_view key;
  std::string_view any_value;  ///< encoded; most are only passed on
};
KeyValue key_value_of(std::string_view bytes);
/// Bytes that append_value() appends.
size_t encoded_size(const Value& value);
/// Appends a KeyValue as field `number`.
void append_key_value(std::string& out, uint32_t number, std::string_view key, const Value& value);

/// Walks over the values of a list.
class Elements {
 public:
  explicit Elements(const Value& list) : in_(list.text) {}
  bool next(Value& element);

 private:
  wire::ProtoReader in_;
};

/// Walks over the members of a map.
class Members {
 public:
  explicit Members(const Value& map) : in_(map.text) {}
  bool next(KeyValue& member);

 private:
  wire::ProtoReader in_;
};

/// The value of a member of a map, the first one of that name; empty when there is none.
Value member_of(const Value& map, std::string_view key);

/// The value as text, as every label and line shows it: numbers in decimal, bytes in base64, lists
/// and maps as JSON, an empty value as nothing.
std::string text_of(const Value& value);
void append_text(std::string& out, const Value& value);
/// The value as JSON in the manner of Go: keys sorted, `<`, `>` and `&` escaped.
void append_json(std::string& out, const Value& value);
/// A text as append_json() writes it.
void append_go_json_string(std::string& out, std::string_view text);

}  // namespace telemetry::otlp
