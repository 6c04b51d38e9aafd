#include "compiler/migrate/impact/bindings.h"

#include <fmt/format.h>

#include <algorithm>

namespace compiler::migrate::impact {

bool Bindings::changes() const {
  return std::any_of(known_.begin(), known_.end(),
                     [](const auto& one) { return one.second.before != one.second.after; });
}

std::string Bindings::text() const {
  std::string text;
  for (const auto& [name, binding] : known_) {
    if (!text.empty()) text += ", ";
    text += fmt::format("${} = {}", name, binding.before);
  }
  return text;
}

std::optional<Bindings::Bound> Bindings::bind(const logql::Text& text, Side side) const {
  Bound bound;
  size_t at = 0;
  for (const auto& variable : text.variables) {
    const auto known = known_.find(variable.name);
    if (known == known_.end()) return std::nullopt;
    const Binding& binding = known->second;
    bound.text += text.value.substr(at, variable.in_value - at);
    bound.text += side == Side::before ? binding.before : binding.after;
    if (side == Side::before ? binding.none_before : binding.none_after) bound.possible = false;
    at = variable.in_value + variable.written.size();
  }
  bound.text += text.value.substr(at);
  return bound;
}

std::optional<Bindings::Conditions> Bindings::bind(const logql::Selector& selector,
                                                   Side side) const {
  if (!selector.variables.empty()) return std::nullopt;
  Conditions conditions;
  for (const auto& matcher : selector.matchers) {
    const auto name = bind(matcher.name, side);
    const auto value = bind(matcher.value, side);
    if (!name || !value) return std::nullopt;
    conditions.possible = conditions.possible && name->possible && value->possible;
    conditions.list.push_back({name->text, matcher.op, value->text});
  }
  return conditions;
}

}  // namespace compiler::migrate::impact
