#include <fmt/format.h>

#include "river/schema/decode.h"

namespace river::schema {

std::string type_name(const Type& type) {
  if (!type.name.empty()) return std::string(type.name);
  const std::string element = type.element ? type_name(*type.element) : "any";
  if (type.kind == Kind::array) return fmt::format("list({})", element);
  if (type.kind == Kind::object) return fmt::format("map({})", element);
  return type.is_any ? "any" : std::string(kind_name(type.kind));
}

}  // namespace river::schema
