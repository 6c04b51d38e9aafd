#pragma once
#include <string>
#include <vector>

#include "compiler/migrate/impact/expression.h"

namespace compiler::migrate::impact {

/// Why a selector's outcome is what it is: one sentence a group of services.
std::vector<std::string> explain(const FamilyIndex& families, const Selection& selection,
                                 const std::vector<Condition>& conditions);

/// `labels` of a family after the move, as far as they differ from before:
/// {service="kairos", component="app"}.
std::string moved_labels(const streams::Change& change);

/// "puck/kairos", "puck/kairos and puck/angelia", "puck/a, puck/b, puck/c and 4 more".
std::string names_of(const FamilyIndex& families, const std::vector<size_t>& changes);

}  // namespace compiler::migrate::impact
