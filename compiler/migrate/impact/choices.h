#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/migrate/documents/document.h"
#include "compiler/migrate/impact/bindings.h"
#include "compiler/migrate/impact/family_index.h"
#include "compiler/migrate/impact/query_parts.h"

namespace compiler::migrate::impact {

/// The values that a query's variables can have together.
struct Choices {
  std::vector<Bindings> list;  ///< at least one; variables that cannot be enumerated are not bound
  bool estimated = false;      ///< there may be others
};
Choices choices(const FamilyIndex& families, const std::map<std::string, VariableUse>& variables,
                const documents::VariableScope* scope);

/// What Grafana is told when it asks Loki for a variable's values.
struct OfferedValues {
  std::set<std::string> exact;
  std::vector<streams::OpenValue> open;
  bool estimated = false;

  bool empty() const { return exact.empty() && open.empty(); }
  /// All values as a regular expression.
  std::string regex() const;
};
OfferedValues offered_values(const FamilyIndex& families, const documents::VariableDef& variable,
                             const documents::VariableScope* scope, Side side);

/// `text` as a regular expression that matches just it.
std::string escaped(std::string_view text);

}  // namespace compiler::migrate::impact
