#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "components/shared/kubernetes/objects.h"
#include "telemetry/otlp/json_text.h"

/// Reads objects of the API out of JSON, field by field: no tree is built of what is not kept. All
/// functions return false once the cursor has an error. A null is what is absent.
namespace components::kubernetes {

using JsonCursor = telemetry::otlp::JsonCursor;

/// Calls `on_field(name)` at each value of an object, which must read or skip it and return
/// whether that went well.
template <class OnField>
bool read_fields(JsonCursor& in, OnField on_field) {
  if (in.take_word("null")) return true;
  if (!in.expect('{')) return false;
  if (in.take('}')) return true;
  std::string buffer;
  do {
    std::string_view name;
    if (!in.string(buffer, name) || !in.expect(':') || !on_field(name)) return false;
  } while (in.take(','));
  return in.expect('}');
}

/// Calls `on_element()` at each element of an array.
template <class OnElement>
bool read_elements(JsonCursor& in, OnElement on_element) {
  if (in.take_word("null")) return true;
  if (!in.expect('[')) return false;
  if (in.take(']')) return true;
  do
    if (!on_element()) return false;
  while (in.take(','));
  return in.expect(']');
}

bool read_text(JsonCursor& in, std::string& out);
bool read_text(JsonCursor& in, std::optional<std::string>& out);
bool read_flag(JsonCursor& in, bool& out);
bool read_flag(JsonCursor& in, std::optional<bool>& out);
/// A port or a count; what is larger or has a fraction is an error.
bool read_number(JsonCursor& in, uint32_t& out);
bool read_number(JsonCursor& in, std::optional<uint32_t>& out);
/// An object of texts.
bool read_pairs(JsonCursor& in, Pairs& out);

bool read(JsonCursor& in, Meta& out);
bool read(JsonCursor& in, Pod& out);
bool read(JsonCursor& in, Node& out);
bool read(JsonCursor& in, Namespace& out);
bool read(JsonCursor& in, Service& out);
bool read(JsonCursor& in, Endpoints& out);
bool read(JsonCursor& in, EndpointSlice& out);
bool read(JsonCursor& in, Ingress& out);

/// What the API answers instead of an object when it refuses.
struct Status {
  std::string message;
  std::string reason;
  uint32_t code = 0;
};
bool read(JsonCursor& in, Status& out);

}  // namespace components::kubernetes
