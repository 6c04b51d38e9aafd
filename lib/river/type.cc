#include "river/type.h"

#include <iterator>

namespace river {

std::string_view kind_name(Kind kind) {
  static constexpr std::string_view kNames[] = {"null",  "number", "string",   "bool",
                                                "array", "object", "function", "capsule"};
  static_assert(std::size(kNames) == static_cast<size_t>(Kind::capsule) + 1);
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace river
