#pragma once
#include <string>
#include <vector>

#include "compiler/migrate/impact/bindings.h"
#include "compiler/migrate/impact/family_index.h"
#include "logql/ast.h"

namespace compiler::migrate::impact {

/// The label whose place in a template or a rename of `after` gives, after the move, other values
/// for the lines of `changes` than it gives in `before` before it; empty: there is none. `after`
/// has the stages of `before`, in which labels of streams may be named by those that say the same.
std::string differing_source(const FamilyIndex& families, const logql::LogQuery& before,
                             const logql::LogQuery& after, const Bindings& bindings,
                             const std::vector<size_t>& changes);

}  // namespace compiler::migrate::impact
