#include "river/schema/scope.h"

#include <algorithm>

namespace river::schema {

const Scope::Given* Scope::find(std::string_view name) const {
  const auto found = std::find_if(given_.begin(), given_.end(),
                                  [&](const Given& given) { return given.name == name; });
  return found == given_.end() ? nullptr : &*found;
}

bool Scope::given(std::string_view name) const {
  const Given* found = find(name);
  return found && !found->missing;
}

bool Scope::known(std::string_view name) const {
  const Given* found = find(name);
  return !found || (!found->unknown && !found->missing);
}

bool Scope::known(std::initializer_list<std::string_view> names) const {
  return std::all_of(names.begin(), names.end(),
                     [this](std::string_view name) { return known(name); });
}

void Scope::at_most_one(std::initializer_list<std::string_view> names) {
  std::string_view first;
  for (const std::string_view name : names) {
    if (!given(name)) continue;
    if (!first.empty()) {
      error(name, "C043", "\"{}\" and \"{}\" exclude each other", first, name);
      return;
    }
    first = name;
  }
}

diag::Span Scope::place(std::string_view attribute) const {
  const Given* found = find(attribute);
  return found && !found->missing ? found->span : block_;
}

}  // namespace river::schema
