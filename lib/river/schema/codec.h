#pragma once
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "river/schema/scalar.h"
#include "river/schema/target.h"

/// Codecs of the types that are made of others: optional, lists, maps, capsules and enums.
namespace river::schema {

template <class T>
struct Codec<std::optional<T>> {
  static constexpr const Type& type = Codec<T>::type;
  static Decoded decode(const Value& value, std::optional<T>& out, DecodeContext& context) {
    if (value.is_null()) {
      out.reset();
      return Decoded::ok;
    }
    T decoded{};
    const Decoded result = Codec<T>::decode(value, decoded, context);
    if (result == Decoded::ok) out = std::move(decoded);
    return result;
  }
  static Value encode(const std::optional<T>& value) {
    return value ? Codec<T>::encode(*value) : Value();
  }
};

/// The elements of an array value, for list codecs: nullptr and a report when it is none.
/// Sets `result` to unknown for an unknown array, failed for a mismatch.
const Array* array_elements(const Value& value, const Type& wanted, DecodeContext& context,
                            Decoded& result);
const Object* object_fields(const Value& value, const Type& wanted, DecodeContext& context,
                            Decoded& result);
template <class T>
struct Codec<std::vector<T>> {
  static constexpr Type type{.kind = Kind::array, .name = {}, .element = &Codec<T>::type};
  static Decoded decode(const Value& value, std::vector<T>& out, DecodeContext& context) {
    out.clear();
    Decoded result = Decoded::ok;
    if (const Array* elements = array_elements(value, type, context, result))
      for (const Value& element : *elements)
        result = worse(result, Codec<T>::decode(element, out.emplace_back(), context));
    return result;
  }
  static Value encode(const std::vector<T>& list) {
    Array out;
    for (const T& element : list) out.push_back(Codec<T>::encode(element));
    return Value::array(std::move(out));
  }
};

template <class T>
struct Codec<std::map<std::string, T>> {
  static constexpr Type type{.kind = Kind::object, .name = {}, .element = &Codec<T>::type};
  static Decoded decode(const Value& value, std::map<std::string, T>& out, DecodeContext& context) {
    out.clear();
    Decoded result = Decoded::ok;
    if (const Object* fields = object_fields(value, type, context, result))
      for (const auto& [key, element] : *fields)
        result = worse(result, Codec<T>::decode(element, out[key], context));
    return result;
  }
  static Value encode(const std::map<std::string, T>& map) {
    Object out;
    for (const auto& [key, element] : map) out.emplace_back(key, Codec<T>::encode(element));
    return Value::object(std::move(out));
  }
};

/// The pointer of a capsule value of this kind, or nullptr with `result` set (unknown or failed).
std::shared_ptr<void> capsule_pointer(const Value& value, const Type& wanted,
                                      DecodeContext& context, Decoded& result);

template <class T>
struct Codec<CapsuleRef<T>> {
  static constexpr Type type{.kind = Kind::capsule,
                             .name = kCapsuleName<T>,
                             .element = nullptr,
                             .capsule = kCapsuleName<T>};
  static Decoded decode(const Value& value, CapsuleRef<T>& out, DecodeContext& context) {
    Decoded result = Decoded::ok;
    out.pointer = std::static_pointer_cast<T>(capsule_pointer(value, type, context, result));
    return result;
  }
  static Value encode(const CapsuleRef<T>& value) {
    // A capsule's pointer is untyped; reading it back adds the const again.
    return Value::capsule(
        {kCapsuleName<T>, std::const_pointer_cast<std::remove_const_t<T>>(value.pointer)});
  }
};

/// Index in `wanted.names` of the text, or -1 after reporting what it must be one of.
int enum_index(const Value& value, const Type& wanted, DecodeContext& context, Decoded& result);

template <class E>
struct Codec<E, std::enable_if_t<std::is_enum_v<E>>> {
  static constexpr auto names = [] {
    std::array<std::string_view, std::size(kEnumNames<E>)> out;
    for (size_t i = 0; i < out.size(); ++i) out[i] = kEnumNames<E>[i].name;
    return out;
  }();
  static constexpr Type type{.kind = Kind::string, .name = "string", .names = names};
  static Decoded decode(const Value& value, E& out, DecodeContext& context) {
    Decoded result = Decoded::ok;
    const int index = enum_index(value, type, context, result);
    if (index >= 0) out = kEnumNames<E>[index].value;
    return result;
  }
  static Value encode(E value) {
    for (const auto& entry : kEnumNames<E>)
      if (entry.value == value) return Value::string(std::string(entry.name));
    return Value();
  }
};

}  // namespace river::schema
