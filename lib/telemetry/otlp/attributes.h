#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "telemetry/otlp/node.h"
#include "telemetry/otlp/value.h"

namespace telemetry::otlp {

/// The attributes of a message: of a resource, a scope, a span, a data point. Of equal keys the
/// first one counts. Views the node, which must have attributes; what it gives back views the
/// node's bytes.
class Attributes {
 public:
  explicit Attributes(Node& owner) : owner_(owner), number_(owner.type().attributes) {}

  std::optional<Value> get(std::string_view key) const;
  bool has(std::string_view key) const { return place_of(key).has_value(); }
  /// In place of the value that there is, or behind the others.
  void set(std::string_view key, const Value& value);
  /// Whether there was one.
  bool erase(std::string_view key) {
    return erase_if([&](const KeyValue& attribute) { return attribute.key == key; }) > 0;
  }
  /// Removes those of which `is_gone(const KeyValue&)` says so. How many were.
  template <class IsGone>
  size_t erase_if(IsGone is_gone) {
    return owner_.erase_bytes(number_,
                              [&](std::string_view bytes) { return is_gone(key_value_of(bytes)); });
  }
  /// Calls `visit(const KeyValue&)` in order.
  template <class Visit>
  void each(Visit visit) const {
    owner_.each_bytes(number_, [&](std::string_view bytes) { visit(key_value_of(bytes)); });
  }
  size_t size() const;
  /// In place of all of them.
  void assign(const Value& map);

 private:
  std::optional<size_t> place_of(std::string_view key) const;

  Node& owner_;
  uint32_t number_;
};

}  // namespace telemetry::otlp
