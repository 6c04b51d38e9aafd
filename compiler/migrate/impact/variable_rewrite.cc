#include "compiler/migrate/impact/variable_rewrite.h"

#include "compiler/migrate/impact/bindings.h"

namespace compiler::migrate::impact {
namespace {

/// A variable that offers the same before and after is one whose values are given.
documents::VariableDef with_values(documents::VariableDef variable, const OfferedValues& values) {
  variable.type = "custom";
  variable.values.assign(values.exact.begin(), values.exact.end());
  variable.values_are_all = true;
  variable.include_all = true;  // As a query's values are judged: each one and all together.
  return variable;
}

}  // namespace

std::optional<VariableRewrite> rewrite_variable(const FamilyIndex& families,
                                                const documents::VariableDef& variable,
                                                const std::string& selector,
                                                const documents::VariableScope* scope) {
  const OfferedValues before = offered_values(families, variable, scope, Side::before);
  if (before.exact.empty() || before.exact != before.sure || !before.open.empty() ||
      before.estimated)
    return std::nullopt;
  documents::VariableDef asking = variable;
  asking.query_selector = selector;
  std::vector<std::string> labels = {variable.label};
  for (std::string& name : families.label_names())
    if (name != variable.label && !families.is_assumed(name)) labels.push_back(std::move(name));
  for (const std::string& label : labels) {
    asking.label = label;
    const OfferedValues after = offered_values(families, asking, scope, Side::after);
    // Containers that no configuration names may have the values that are asked for, too.
    if (after.sure == before.exact && !after.estimated) {
      const bool may_offer_more = !after.open.empty() || after.exact != after.sure;
      return VariableRewrite{label, may_offer_more, with_values(variable, before)};
    }
  }
  return VariableRewrite{};
}

const std::optional<VariableRewrite>& VariableRewrites::of(int32_t scope, const std::string& name) {
  const auto [known, is_new] = rewrites_.try_emplace({scope, name});
  const auto number = static_cast<size_t>(scope);
  if (!is_new || scope < 0 || number >= document_.scopes.size()) return known->second;
  const documents::VariableScope& own = document_.scopes[number];
  const auto variable = own.variables.find(name);
  if (variable == own.variables.end() || variable->second.type != "query") return known->second;
  std::string selector = variable->second.query_selector;
  bool asks_logs = false;
  for (size_t i = 0; i < document_.uses.size(); ++i) {
    const documents::Use& use = document_.uses[i];
    if (use.scope != scope || use.name != name || use.language == documents::Language::promql)
      continue;
    if (use.kind == documents::UseKind::selector) selector = proposed_(i).value_or(selector);
    asks_logs |=
        use.kind == documents::UseKind::label_name && use.text.text() == variable->second.label;
  }
  if (asks_logs) known->second = rewrite_variable(families_, variable->second, selector, &own);
  return known->second;
}

const documents::VariableScope* VariableRewrites::scope(int32_t number) {
  if (number < 0 || static_cast<size_t>(number) >= document_.scopes.size()) return nullptr;
  const auto [known, is_new] =
      scopes_.try_emplace(number, document_.scopes[static_cast<size_t>(number)]);
  if (!is_new) return &known->second;
  for (auto& [name, variable] : known->second.variables) {
    const auto& rewrite = of(number, name);
    if (rewrite && !rewrite->label.empty()) variable = rewrite->kept;
  }
  return &known->second;
}

}  // namespace compiler::migrate::impact
