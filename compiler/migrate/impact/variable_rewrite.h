#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "compiler/migrate/documents/document.h"
#include "compiler/migrate/impact/family_index.h"

namespace compiler::migrate::impact {

/// What a variable that asks for the values of a label has to ask for after the move.
struct VariableRewrite {
  std::string label;       ///< its own: it stays; empty: no label gives the values of before
  bool estimated = false;  ///< it may offer more: of containers that are not known
  /// The variable as its readers find it once it asks for `label`: with its values, which are
  /// those of before.
  documents::VariableDef kept;
};

/// The label that offers after the move, asked with `selector`, exactly what the variable offers
/// before it: its own if it does. nullopt: not all values are known, or there are none.
std::optional<VariableRewrite> rewrite_variable(const FamilyIndex& families,
                                                const documents::VariableDef& variable,
                                                const std::string& selector,
                                                const documents::VariableScope* scope);

/// The rewrites of a document's variables, made when they are asked for. One thread.
class VariableRewrites {
 public:
  /// What the bare selector with this index in Document::uses becomes; nullopt: it stays.
  using ProposedSelector = std::function<std::optional<std::string>(size_t use)>;

  VariableRewrites(const FamilyIndex& families, const documents::Document& document,
                   ProposedSelector proposed)
      : families_(families), document_(document), proposed_(std::move(proposed)) {}

  /// nullopt also for what asks no logs.
  const std::optional<VariableRewrite>& of(int32_t scope, const std::string& name);
  /// The variables of a scope once each of them has its rewrite; nullptr: there is no such scope.
  const documents::VariableScope* scope(int32_t number);

 private:
  const FamilyIndex& families_;
  const documents::Document& document_;
  ProposedSelector proposed_;
  std::map<std::pair<int32_t, std::string>, std::optional<VariableRewrite>> rewrites_;
  std::map<int32_t, documents::VariableScope> scopes_;
};

}  // namespace compiler::migrate::impact
