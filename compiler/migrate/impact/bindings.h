#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/migrate/impact/decide.h"
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

  struct Bound {
    std::string text;
    bool possible = true;  ///< false: a variable in it has no value
  };
  /// `text` with its variables replaced; nullopt when one has no binding.
  std::optional<Bound> bind(const logql::Text& text, Side side) const;

  struct Conditions {
    std::vector<Condition> list;
    bool possible = true;
  };
  std::optional<Conditions> bind(const logql::Selector& selector, Side side) const;

 private:
  std::map<std::string, Binding> known_;
};

}  // namespace compiler::migrate::impact
