#include "compiler/migrate/impact/bindings.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "compiler/migrate/impact/variable_regex.h"
#include "logql/parser.h"
#include "river/schema/text.h"

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

std::string Bindings::filled(const logql::Text& text, Side side) const {
  std::string filled;
  size_t at = 0;
  for (const auto& variable : text.variables) {
    const auto known = known_.find(variable.name);
    if (known == known_.end()) continue;
    filled += text.value.substr(at, variable.in_value - at);
    filled += side == Side::before ? known->second.before : known->second.after;
    at = variable.in_value + variable.written.size();
  }
  return filled + text.value.substr(at);
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
  conditions.list.insert(conditions.list.end(), filters_.begin(), filters_.end());
  return conditions;
}

namespace {

constexpr size_t kChoicesMax = 64;
constexpr int kChainMax = 5;

const documents::VariableDef* find(const documents::VariableScope* scope, const std::string& name) {
  if (scope == nullptr) return nullptr;
  const auto found = scope->variables.find(name);
  return found == scope->variables.end() ? nullptr : &found->second;
}

OfferedValues offered(const FamilyIndex& families, const documents::VariableDef& variable,
                      const documents::VariableScope* scope, Side side, int depth);

/// The union of all values of the variables in a variable's own selector.
Bindings chained(const FamilyIndex& families, const logql::Selector& selector,
                 const documents::VariableScope* scope, int depth) {
  Bindings bindings;
  for (const auto& matcher : selector.matchers) {
    for (const auto& used : matcher.value.variables) {
      const documents::VariableDef* variable = find(scope, used.name);
      if (variable == nullptr || depth >= kChainMax) continue;
      Binding binding;
      if (variable->type == "query" && !variable->label.empty()) {
        const auto before = offered(families, *variable, scope, Side::before, depth + 1);
        const auto after = offered(families, *variable, scope, Side::after, depth + 1);
        binding = {before.regex(), after.regex(), before.empty(), after.empty()};
      } else if (!variable->values.empty()) {
        binding.before = binding.after = fmt::format("{}", fmt::join(variable->values, "|"));
      } else {
        continue;
      }
      bindings.set(used.name, std::move(binding));
    }
  }
  return bindings;
}

/// The streams that a variable asks.
struct Asked {
  Reach reach;
  bool possible = true;
  bool estimated = false;
};

Asked asked(const FamilyIndex& families, const documents::VariableDef& variable,
            const documents::VariableScope* scope, Side side, int depth) {
  Asked asked;
  std::vector<Condition> conditions;
  if (!variable.query_selector.empty()) {
    auto parsed = logql::parse_selector(variable.query_selector);
    // With = a chained variable has one value; all of them together need a regular expression.
    for (auto& matcher : parsed.selector.matchers) {
      if (matcher.value.variables.empty()) continue;
      if (matcher.op == logql::MatchOp::equal) matcher.op = logql::MatchOp::regex;
      asked.estimated = true;
    }
    const auto bindings = chained(families, parsed.selector, scope, depth);
    const auto bound = bindings.bind(parsed.selector, side);
    asked.estimated = asked.estimated || !parsed.ok() || !bound;
    if (parsed.ok() && bound) {
      conditions = bound->list;
      asked.possible = bound->possible;
    }
  }
  if (asked.possible) asked.reach = families.reach(conditions);
  return asked;
}

/// Adds the values of a label in the families of a range that may be asked.
void collect(const FamilyIndex& families, const Asked& asked, FamilyIndex::Range range,
             const std::string& label, OfferedValues& values) {
  if (!asked.possible || !asked.reach.error.empty()) return;
  for (size_t i = range.begin; i < range.end; ++i) {
    if (!asked.reach.may.test(i)) continue;
    const auto found = families.family(i).labels.find(label);
    if (found == families.family(i).labels.end()) continue;
    for (const auto& value : found->second.exact) {
      if (!value.empty()) values.exact.insert(value);
      if (!value.empty() && asked.reach.some.test(i)) values.sure.insert(value);
    }
    for (const auto& value : found->second.open) {
      if (std::find(values.open.begin(), values.open.end(), value) == values.open.end())
        values.open.push_back(value);
    }
  }
}

/// Keeps what a variable's regex offers of the values. Where it cannot be applied all remain.
void choose(const documents::VariableDef& variable, OfferedValues& values) {
  if (variable.regex.empty()) return;
  const VariableRegex regex(variable.regex);
  values.undecided = regex.error();
  if (values.undecided.empty() && !values.open.empty() && regex.renames())
    values.undecided = "it takes a part of values that are not known";
  std::set<std::string> exact, sure;
  for (const auto& value : values.exact) {
    if (!values.undecided.empty()) break;
    const auto offered = regex.offered(value);
    if (!offered) continue;
    if (offered->empty()) values.undecided = fmt::format("it takes nothing of {}", value);
    exact.insert(*offered);
    if (values.sure.contains(value)) sure.insert(*offered);
  }
  // Whether it takes a value that is not known whole is not known, either.
  values.estimated = values.estimated || !values.undecided.empty() || !values.open.empty();
  if (!values.undecided.empty()) return;
  values.exact = std::move(exact);
  values.sure = std::move(sure);
}

OfferedValues offered(const FamilyIndex& families, const documents::VariableDef& variable,
                      const documents::VariableScope* scope, Side side, int depth) {
  const Asked what = asked(families, variable, scope, side, depth);
  OfferedValues values;
  values.estimated = what.estimated;
  collect(families, what, families.unchanged(), variable.label, values);
  for (size_t change = 0; change < families.mapping().changes.size(); ++change) {
    collect(families, what, side == Side::before ? families.before(change) : families.after(change),
            variable.label, values);
  }
  choose(variable, values);
  return values;
}

/// The values of a label that services which move have, before or after.
std::unordered_set<std::string_view> moving_values(const FamilyIndex& families,
                                                   const std::string& label) {
  std::unordered_set<std::string_view> values;
  for (size_t change = 0; change < families.mapping().changes.size(); ++change) {
    for (const auto range : {families.before(change), families.after(change)}) {
      for (size_t i = range.begin; i < range.end; ++i) {
        const auto found = families.family(i).labels.find(label);
        if (found == families.family(i).labels.end()) continue;
        values.insert(found->second.exact.begin(), found->second.exact.end());
      }
    }
  }
  return values;
}

/// What one variable can stand for; empty: it cannot be enumerated.
std::vector<Binding> bindings_of(const FamilyIndex& families,
                                 const documents::VariableDef& variable, const VariableUse& use,
                                 const documents::VariableScope* scope, bool& estimated) {
  std::vector<Binding> list;
  const bool alone = use.alone || (use.excludes && !variable.multi && !variable.include_all);
  if (variable.type != "query") {
    for (const auto& value : variable.values) list.push_back({value, value});
    if (variable.include_all && variable.all_value.empty() && !alone && list.size() > 1) {
      const auto all = fmt::format("{}", fmt::join(variable.values, "|"));
      list.push_back({all, all});
    }
    estimated = estimated || !variable.values_are_all;
  } else if (!variable.label.empty()) {
    const auto before = offered_values(families, variable, scope, Side::before);
    const auto after = offered_values(families, variable, scope, Side::after);
    estimated = estimated || before.estimated || after.estimated;
    // Without a value that is known there is nothing to judge the query with.
    if (before.empty() && after.empty()) return list;
    if (!before.undecided.empty() || !after.undecided.empty()) return list;
    if (!alone) {
      list.push_back({before.regex(), after.regex(), before.empty(), after.empty()});
    }
    // One value at a time is chosen of those that All joins, too. A value that only streams have
    // which do not move changes nothing.
    const auto moving = moving_values(families, variable.label);
    for (const auto& value : before.exact) {
      const auto text = alone ? value : river::schema::literal_regex(value);
      if (alone || !variable.regex.empty() || moving.contains(value)) list.push_back({text, text});
    }
  }
  if (variable.include_all && !variable.all_value.empty() && !alone && !list.empty()) {
    list.push_back({variable.all_value, variable.all_value});
  }
  return list;
}

}  // namespace

OfferedValues offered_values(const FamilyIndex& families, const documents::VariableDef& variable,
                             const documents::VariableScope* scope, Side side) {
  return offered(families, variable, scope, side, 0);
}

std::vector<size_t> changes_of_offer(const FamilyIndex& families,
                                     const documents::VariableDef& variable,
                                     const documents::VariableScope* scope) {
  const Asked before = asked(families, variable, scope, Side::before, 0);
  const Asked after = asked(families, variable, scope, Side::after, 0);
  std::vector<size_t> changes;
  for (size_t change = 0; change < families.mapping().changes.size(); ++change) {
    OfferedValues was, is;
    collect(families, before, families.before(change), variable.label, was);
    collect(families, after, families.after(change), variable.label, is);
    choose(variable, was);
    choose(variable, is);
    if (was.exact != is.exact || was.open != is.open) changes.push_back(change);
  }
  return changes;
}

std::string OfferedValues::regex() const {
  std::vector<std::string> parts;
  for (const auto& value : exact) parts.push_back(river::schema::literal_regex(value));
  for (const auto& value : open) {
    std::string part;
    for (size_t i = 0; i < value.literals.size(); ++i) {
      part += (i > 0 ? ".+" : "") + river::schema::literal_regex(value.literals[i]);
    }
    parts.push_back(std::move(part));
  }
  return fmt::format("{}", fmt::join(parts, "|"));
}

Choices choices(const FamilyIndex& families, const std::map<std::string, VariableUse>& variables,
                const documents::VariableScope* scope) {
  Choices all;
  all.list.emplace_back();
  for (const auto& [name, use] : variables) {
    const documents::VariableDef* variable = find(scope, name);
    if (variable == nullptr) continue;
    const auto bindings = bindings_of(families, *variable, use, scope, all.estimated);
    if (bindings.empty()) continue;
    // Beyond the bound each variable is varied with the others at their first value.
    const bool fits = all.list.size() * bindings.size() <= kChoicesMax;
    all.estimated = all.estimated || !fits;
    std::vector<Bindings> longer;
    for (size_t i = 0; i < all.list.size(); ++i) {
      for (size_t j = 0; j < bindings.size(); ++j) {
        if (!fits && i > 0 && j > 0) continue;
        longer.push_back(all.list[i]);
        longer.back().set(name, bindings[j]);
      }
    }
    all.list = std::move(longer);
  }
  return all;
}

}  // namespace compiler::migrate::impact
