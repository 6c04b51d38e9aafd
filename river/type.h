#pragma once
#include <cstdint>
#include <string_view>

namespace river {

/// The language's types (river-language §3), as messages spell them.
enum class Kind : uint8_t { null, number, string, boolean, array, object, function, capsule };
std::string_view kind_name(Kind kind);

/// What an attribute takes or an export gives, for checking before values are known and for the
/// manual. Always a constant with static lifetime.
struct Type {
  Kind kind = Kind::null;
  std::string_view name;          ///< as the manual says it: "duration", "list(string)", "secret"
  const Type* element = nullptr;  ///< of arrays and maps; nullptr: any
  std::string_view capsule;       ///< kind of a capsule: "LogsReceiver", "RelabelRules", "secret"
  bool is_any = false;
};

}  // namespace river
