#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "river/schema/codec.h"
#include "river/value.h"

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

enum class Need { optional, required };
enum class Form { attribute, block, squash };

struct BlockSchema;

struct Field {
  std::string_view name;  ///< dotted for enum blocks: "stage.drop"; empty for squash
  Need need = Need::optional;
  std::string_view doc;
  Form form = Form::attribute;
  bool repeats = false;  ///< blocks only

  // Attributes.
  const Type* type = nullptr;
  Decoded (*decode)(const Value& value, void* object, DecodeContext& context) = nullptr;
  Value (*encode)(const void* object) = nullptr;

  // Blocks, and squash (whose fields count as the outer struct's own).
  const BlockSchema* schema = nullptr;
  /// Where the next occurrence of the block is decoded into.
  void* (*open)(void* object) = nullptr;
  /// The occurrences of this block that an object holds, in order.
  std::vector<const void*> (*occurrences)(const void* object) = nullptr;
};

class Scope;

/// The fields of a struct and the rules that span several of them.
struct BlockSchema {
  std::span<const Field> fields;
  /// Reports what is wrong across fields; pure, no I/O. May be nullptr.
  void (*validate)(const void* object, Scope& scope) = nullptr;
};

/// What validate() may ask and say about one decoded block.
class Scope {
 public:
  struct Given {
    std::string_view name;
    diag::Span span;
    bool unknown = false;
  };

  Scope(diag::Span block, std::span<const Given> given, diag::Diagnostics& diagnostics)
      : block_(block), given_(given), diagnostics_(diagnostics) {}

  /// The attribute or block is written in the config.
  bool given(std::string_view name) const { return find(name) != nullptr; }
  /// Its value is known (an absent one is: it has its default). Do not judge unknown members.
  bool known(std::string_view name) const;
  bool known(std::initializer_list<std::string_view> names) const;

  /// Reports at the attribute's place, or at the block when the attribute is not written.
  template <class... Args>
  diag::Diagnostic& error(std::string_view attribute, std::string_view code,
                          fmt::format_string<Args...> format, Args&&... args) {
    return diagnostics_.error(code, place(attribute), format, std::forward<Args>(args)...);
  }
  template <class... Args>
  diag::Diagnostic& warning(std::string_view attribute, std::string_view code,
                            fmt::format_string<Args...> format, Args&&... args) {
    return diagnostics_.warning(code, place(attribute), format, std::forward<Args>(args)...);
  }

 private:
  const Given* find(std::string_view name) const;
  diag::Span place(std::string_view attribute) const;

  diag::Span block_;
  std::span<const Given> given_;
  diag::Diagnostics& diagnostics_;
};

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
      return &member;
  };
  field.occurrences = [](const void* object) {
    const T& member = static_cast<const Struct*>(object)->*Member;
    std::vector<const void*> found;
    if constexpr (is_vector) {
      for (const auto& element : member) found.push_back(&element);
    } else if constexpr (is_optional) {
      if (member.has_value()) found.push_back(&*member);
    } else {
      found.push_back(&member);
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
  field.schema = &schema;
  field.open = [](void* object) -> void* {
    auto& list = static_cast<Struct*>(object)->*Member;
    list.emplace_back(Variant{});
    return &std::get<Variant>(list.back());
  };
  field.occurrences = [](const void* object) {
    std::vector<const void*> found;
    for (const auto& element : static_cast<const Struct*>(object)->*Member)
      if (const auto* variant = std::get_if<Variant>(&element)) found.push_back(variant);
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
    return std::vector<const void*>{&(static_cast<const Struct*>(object)->*Member)};
  };
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

enum class Stability { experimental, public_preview, generally_available };

/// All that the language knows of a component or a config block: the one definition of it.
struct Signature {
  std::string_view name;
  std::string_view doc;
  Stability stability = Stability::generally_available;
  /// false: a config block such as `logging`: no label, at most once, no exports.
  bool takes_label = true;
  BlockSchema arguments;
  std::span<const Field> exports;
  /// A default-constructed arguments struct, to decode into.
  std::shared_ptr<void> (*make_arguments)() = nullptr;
};

/// Fills in what follows from the struct type; use with designated members for the rest.
template <class Arguments>
std::shared_ptr<void> make_arguments() {
  return std::make_shared<Arguments>();
}

}  // namespace river::schema
