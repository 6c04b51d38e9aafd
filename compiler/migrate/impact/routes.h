#pragma once
#include <vector>

#include "compiler/migrate/impact/second_order.h"

namespace compiler::migrate::impact {

/// Uses of matchers that an alert must meet together.
using Together = std::vector<const documents::Use*>;

/// One matcher of a route, a silence or an inhibition: what it does to the alerts that all of
/// `together`, itself among them, take. Alerts over metrics are among `alerts`; rules that were not
/// given may make more, so no change is certain. A proposal takes the same alerts of logs as before
/// and none of metrics.
SecondOrder judge_route(const FamilyIndex& families, const documents::Use& own,
                        const Together& together, const std::vector<JudgedRule>& alerts);

/// A label by which the alerts that `together` take are grouped. In an inhibition's `equal` they
/// are compared by it with those that `target` takes; nullptr in a grouping.
SecondOrder judge_grouping(const FamilyIndex& families, const documents::Use& own,
                           const Together& together, const Together* target,
                           const std::vector<JudgedRule>& alerts);

}  // namespace compiler::migrate::impact
