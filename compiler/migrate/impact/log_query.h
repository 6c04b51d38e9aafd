#pragma once
#include "compiler/migrate/impact/expression.h"
#include "logql/log_query.h"

namespace compiler::migrate::impact {

/// Judges a selector with its stages, for one choice of values of its variables.
Outcome judge_lines(const FamilyIndex& families, const logql::LogQuery& query,
                    const Bindings& bindings);

/// Compares what `before` takes before the move with what `after` takes after it.
Outcome judge_lines(const FamilyIndex& families, const logql::LogQuery& before,
                    const logql::LogQuery& after, const Bindings& bindings);

}  // namespace compiler::migrate::impact
