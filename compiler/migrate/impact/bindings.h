#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/migrate/documents/document.h"
#include "compiler/migrate/impact/family_index.h"
#include "compiler/migrate/impact/matchers.h"
#include "compiler/migrate/impact/query_parts.h"
#include "logql/ast.h"

namespace compiler::migrate::impact {

/// What stands for a variable, before and after the move: they differ when Grafana asks Loki for
/// the variable's values.
struct Binding {
  std::string before, after;
  bool none_before = false;  ///< there is no value at all
  bool none_after = false;
  bool operator==(const Binding&) const = default;
};

enum class Side : uint8_t { before, after };

/// One choice of values for all variables of a query.
class Bindings {
 public:
  void set(const std::string& name, Binding binding) { known_[name] = std::move(binding); }
  /// Whether a variable has other values after the move.
  bool changes() const;
  /// $job = kairos, $env = prod; empty without variables.
  std::string text() const;

  /// Adds a matcher that every selector has behind its own: a filter that Grafana adds.
  void add(Condition filter) { filters_.push_back(std::move(filter)); }
  const std::vector<Condition>& filters() const { return filters_; }

  struct Bound {
    std::string text;
    bool possible = true;  ///< false: a variable in it has no value
  };
  /// `text` with its variables replaced; nullopt when one has no binding.
  std::optional<Bound> bind(const logql::Text& text, Side side) const;
  /// The same; a variable that has no binding stays as it is written.
  std::string filled(const logql::Text& text, Side side) const;

  struct Conditions {
    std::vector<Condition> list;
    bool possible = true;
  };
  std::optional<Conditions> bind(const logql::Selector& selector, Side side) const;

 private:
  std::map<std::string, Binding> known_;
  std::vector<Condition> filters_;
};

/// The values that a query's variables can have together.
struct Choices {
  std::vector<Bindings> list;  ///< at least one; variables that cannot be enumerated are not bound
  bool estimated = false;      ///< there may be others
};
Choices choices(const FamilyIndex& families, const std::map<std::string, VariableUse>& variables,
                const documents::VariableScope* scope);

/// What Loki answers when Grafana asks for the values of a variable, and its regex chooses of
/// these.
struct OfferedValues {
  std::set<std::string> exact;
  std::set<std::string> sure;  ///< of those: of streams that are asked for certain
  std::vector<streams::OpenValue> open;
  bool estimated = false;
  std::string undecided;  ///< why the variable's regex could not be applied; empty: it was

  bool empty() const { return exact.empty() && open.empty(); }
  /// All values as a regular expression.
  std::string regex() const;
};
OfferedValues offered_values(const FamilyIndex& families, const documents::VariableDef& variable,
                             const documents::VariableScope* scope, Side side);

/// The services whose part in what a variable offers changes, as numbers of changes.
std::vector<size_t> changes_of_offer(const FamilyIndex& families,
                                     const documents::VariableDef& variable,
                                     const documents::VariableScope* scope);

}  // namespace compiler::migrate::impact
