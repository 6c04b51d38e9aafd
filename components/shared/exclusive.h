#pragma once
#include <initializer_list>
#include <string_view>

#include "river/schema/field.h"

namespace components {

/// Reports when more than one of these attributes or blocks is written, at the second.
inline void at_most_one(river::schema::Scope& scope,
                        std::initializer_list<std::string_view> names) {
  std::string_view first;
  for (const std::string_view name : names) {
    if (!scope.given(name)) continue;
    if (!first.empty()) {
      scope.error(name, "C043", "\"{}\" and \"{}\" exclude each other", first, name);
      return;
    }
    first = name;
  }
}

}  // namespace components
