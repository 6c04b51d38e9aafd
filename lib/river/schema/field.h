#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ensure.h"
#include "river/schema/signature.h"

/// How a C++ struct is spoken of in River. A component's arguments are a plain struct and one
/// constexpr table of Fields; decoding, checking, encoding, the catalogue and the manual all walk
/// it.
///
///     struct DropArgs { std::string source; ByteSize longer_than; };
///     inline constexpr Field kDropFields[] = {
///         attr<&DropArgs::source>("source", Need::optional, "Extracted key to test."),
///         attr<&DropArgs::longer_than>("longer_than", Need::optional, "Drop longer lines."),
///     };
///     void validate(const DropArgs&, Scope&);
///     inline constexpr BlockSchema kDrop = schema_of<DropArgs, validate>(kDropFields);
///
/// The default of an optional attribute is the member's initializer: written once.
namespace river::schema {

template <class T>
struct MemberOf;
template <class Class, class Type>
struct MemberOf<Type Class::*> {
  using Struct = Class;
  using Member = Type;
};

/// An attribute held by `Member`.
template <auto Member>
constexpr Field attr(std::string_view name, Need need, std::string_view doc) {
  using Struct = typename MemberOf<decltype(Member)>::Struct;
  using T = typename MemberOf<decltype(Member)>::Member;
  Field field;
  field.name = name;
  field.need = need;
  field.doc = doc;
  field.type = &Codec<T>::type;
  field.decode = [](const Value& value, void* object, DecodeContext& context) {
    return Codec<T>::decode(value, static_cast<Struct*>(object)->*Member, context);
  };
  field.encode = [](const void* object) {
    return Codec<T>::encode(static_cast<const Struct*>(object)->*Member);
  };
  return field;
}

/// A block held by `Member`: a struct or std::optional of one (at most once), or a std::vector (any
/// number, in written order).
template <auto Member>
constexpr Field block(std::string_view name, Need need, std::string_view doc,
                      const BlockSchema& schema) {
  using Struct = typename MemberOf<decltype(Member)>::Struct;
  using T = typename MemberOf<decltype(Member)>::Member;
  constexpr bool is_vector = requires(T t) {
    t.emplace_back();
  };
  constexpr bool is_optional = requires(T t) {
    t.emplace();
    t.has_value();
  };
  Field field;
  field.name = name;
  field.need = need;
  field.doc = doc;
  field.form = Form::block;
  field.repeats = is_vector;
  field.schema = &schema;
  field.open = [](void* object) -> void* {
    T& member = static_cast<Struct*>(object)->*Member;
    if constexpr (is_vector)
      return &member.emplace_back();
    else if constexpr (is_optional)
      return &member.emplace();
    else
      return &(member = T{});
  };
  field.occurrences = [](const void* object) {
    const T& member = static_cast<const Struct*>(object)->*Member;
    std::vector<Occurrence> found;
    if constexpr (is_vector) {
      for (const auto& element : member) found.push_back({&element, &element});
    } else if constexpr (is_optional) {
      if (member.has_value()) found.push_back({&*member, &*member});
    } else {
      found.push_back({&member, &member});
    }
    return found;
  };
  return field;
}

/// One variant of an enum block such as `stage.drop`: `Member` is a std::vector of (a struct
/// derived from) std::variant, which keeps the written order across all variants.
template <auto Member, class Variant>
constexpr Field variant_block(std::string_view name, std::string_view doc,
                              const BlockSchema& schema) {
  using Struct = typename MemberOf<decltype(Member)>::Struct;
  Field field;
  field.name = name;
  field.doc = doc;
  field.form = Form::block;
  field.repeats = true;
  field.variant = true;
  field.schema = &schema;
  field.open = [](void* object) -> void* {
    auto& list = static_cast<Struct*>(object)->*Member;
    list.emplace_back(Variant{});
    return &std::get<Variant>(list.back());
  };
  field.occurrences = [](const void* object) {
    std::vector<Occurrence> found;
    for (const auto& element : static_cast<const Struct*>(object)->*Member)
      if (const auto* variant = std::get_if<Variant>(&element))
        found.push_back({variant, &element});
    return found;
  };
  return field;
}

/// Takes the fields of a member struct in as if they were written here (HTTP client settings).
template <auto Member>
constexpr Field squash(const BlockSchema& schema) {
  using Struct = typename MemberOf<decltype(Member)>::Struct;
  Field field;
  field.form = Form::squash;
  field.schema = &schema;
  field.open = [](void* object) -> void* { return &(static_cast<Struct*>(object)->*Member); };
  field.occurrences = [](const void* object) {
    const auto* member = &(static_cast<const Struct*>(object)->*Member);
    return std::vector<Occurrence>{{member, member}};
  };
  return field;
}

/// The field as one that is refused below --stability.level=experimental. Of an attribute with
/// `literal`, such as "\"raw\"", only this value is.
constexpr Field experimental(Field field, std::string_view literal = {}) {
  field.stability = Stability::experimental;
  field.unstable_literal = literal;
  return field;
}

/// The schema of a struct without rules across fields.
constexpr BlockSchema schema_of(std::span<const Field> fields) {
  return {fields, nullptr};
}

/// The schema of `Struct` with its rules across fields.
template <class Struct, void (*Validate)(const Struct&, Scope&)>
constexpr BlockSchema schema_of(std::span<const Field> fields) {
  return {fields, [](const void* object, Scope& scope) {
            Validate(*static_cast<const Struct*>(object), scope);
          }};
}

/// Fills in what follows from the struct type; use with designated members for the rest.
template <class Arguments>
std::shared_ptr<void> make_arguments() {
  return std::make_shared<Arguments>();
}

/// A function of typed arguments as a hook of a signature: `.claims = hook<Arguments, claims>`.
template <class Arguments, auto kFunction>
auto hook(const void* arguments) {
  return kFunction(*static_cast<const Arguments*>(arguments));
}

/// Decoded arguments by their type, which must be the signature's.
template <class Arguments>
const Arguments& as(const Signature& signature, const void* arguments) {
  ENSURE(signature.make_arguments == &make_arguments<Arguments>);
  return *static_cast<const Arguments*>(arguments);
}

}  // namespace river::schema
