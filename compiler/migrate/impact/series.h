#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/migrate/impact/bindings.h"
#include "compiler/migrate/impact/family_index.h"
#include "logql/ast.h"

namespace compiler::migrate::impact {

/// Whether the lines of a metric query are spread over its series after the move as they were
/// before. A threshold, count(), max() or avg() sees a number of series, and one stream that
/// becomes several shares its lines out among them. `unsure`: it depends on labels that are not
/// known.
enum class Spread : uint8_t { same, unsure, differs };

struct SeriesChange {
  Spread spread = Spread::same;
  std::string reason;     ///< a sentence; empty when the spread is the same
  bool of_moved = false;  ///< lines of services that move are affected, not only others
};

/// Compares the series of `before` before the move with those of `after` after it, at every place
/// of the expression where their number matters: where functions are applied that do not add up,
/// where two sides are matched, at thresholds, and in the result. Both have the same shape but for
/// `or`, and for sums that were put around ranges. Services that only one side takes are left out:
/// that is the selection's matter.
SeriesChange compare_series(const FamilyIndex& families, const logql::Expr& before,
                            const logql::Expr& after, const Bindings& bindings);

/// "sum", "max", "min": the aggregation that gives for all series together what `function` gives
/// for all lines together; empty: there is none.
std::string_view combines(std::string_view function);

/// The labels of a range's series after the move that tell services apart and not the streams of
/// one; empty: there are none, or a stage gives the series other labels.
std::vector<std::string> common_labels(const FamilyIndex& families,
                                       const logql::RangeAggregation& range,
                                       const Bindings& bindings);

}  // namespace compiler::migrate::impact
