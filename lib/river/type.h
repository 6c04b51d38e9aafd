#pragma once
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>

namespace river {

/// The language's types, as messages spell them.
enum class Kind : uint8_t { null, number, string, boolean, array, object, function, capsule };
constexpr std::string_view kind_name(Kind kind) {
  constexpr std::string_view kNames[] = {"null",  "number", "string",   "bool",
                                         "array", "object", "function", "capsule"};
  static_assert(std::size(kNames) == static_cast<size_t>(Kind::capsule) + 1);
  return kNames[static_cast<size_t>(kind)];
}

/// What an attribute takes or an export gives, for checking before values are known and for the
/// manual. Always a constant with static lifetime.
struct Type {
  Kind kind = Kind::null;
  std::string_view name;          ///< as the manual says it: "duration", "list(string)", "secret"
  const Type* element = nullptr;  ///< of arrays and maps; nullptr: any
  std::string_view capsule;       ///< kind of a capsule: "LogsReceiver", "RelabelRules", "secret"
  bool is_any = false;
  std::span<const std::string_view> names = {};  ///< of strings: the only ones allowed, if any
};

inline constexpr Type kAnyType{.kind = Kind::null, .name = "any", .is_any = true};
inline constexpr Type kNumberType{.kind = Kind::number, .name = "number"};
inline constexpr Type kStringType{.kind = Kind::string, .name = "string"};
inline constexpr Type kBoolType{.kind = Kind::boolean, .name = "bool"};
inline constexpr Type kArrayType{.kind = Kind::array, .name = "list(any)"};
inline constexpr Type kObjectType{.kind = Kind::object, .name = "map(any)"};
inline constexpr Type kStringsType{
    .kind = Kind::array, .name = "list(string)", .element = &kStringType};
/// An array of numbers that a string may be made of: see Value::bytes.
inline constexpr Type kBytesType{.kind = Kind::array, .name = "bytes", .element = &kNumberType};
inline constexpr Type kSecretType{.kind = Kind::capsule, .name = "secret", .capsule = "secret"};
/// Text that is secret or not, which shows when it is known.
inline constexpr Type kOptionalSecretType{
    .kind = Kind::capsule, .name = "optional_secret", .capsule = "optional_secret"};

}  // namespace river
