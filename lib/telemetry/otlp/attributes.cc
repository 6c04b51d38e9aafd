#include "telemetry/otlp/attributes.h"

#include <string>

namespace telemetry::otlp {

std::optional<size_t> Attributes::place_of(std::string_view key) const {
  std::optional<size_t> place;
  size_t index = 0;
  each([&](const KeyValue& attribute) {
    if (!place && attribute.key == key) place = index;
    ++index;
  });
  return place;
}

std::optional<Value> Attributes::get(std::string_view key) const {
  std::optional<std::string_view> found;
  each([&](const KeyValue& attribute) {
    if (!found && attribute.key == key) found = attribute.any_value;
  });
  if (!found) return std::nullopt;
  return value_of(*found);
}

void Attributes::set(std::string_view key, const Value& value) {
  std::string field;
  append_key_value(field, number_, key, value);
  if (const auto place = place_of(key))
    owner_.replace(number_, *place, field);
  else
    owner_.append(field);
}

size_t Attributes::size() const {
  size_t count = 0;
  owner_.each_bytes(number_, [&](std::string_view) { ++count; });
  return count;
}

void Attributes::assign(const Value& map) {
  owner_.erase(number_);
  Members members(map);
  for (KeyValue member; members.next(member);) {
    std::string field;
    append_key_value(field, number_, member.key, value_of(member.any_value));
    owner_.append(field);
  }
}

}  // namespace telemetry::otlp
