#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/migrate/impact/query.h"
#include "compiler/migrate/impact/selector_rewrite.h"
#include "logql/promql.h"

namespace compiler::migrate::impact {

/// A rule and what becomes of its expression.
struct JudgedRule {
  const documents::RuleDef* rule = nullptr;
  const JudgedQuery* judged = nullptr;
};
/// Recording rules by the name of their series.
using Recorded = std::map<std::string, std::vector<JudgedRule>, std::less<>>;

/// What is said of a text that reads the outcome of rules, and how it would be said after the move.
struct SecondOrder {
  JudgedQuery judged;
  std::vector<TextEdit> edits;  ///< empty: no change is proposed
};

/// PromQL over series that recording rules make of logs; SAME when it reads none of those.
SecondOrder judge_promql(const FamilyIndex& families, std::string_view text,
                         const Recorded& recorded);

/// Matchers of a route or a silence on the labels of alerts. `text` and `label` are those of the
/// Use: the matchers, or the name alone beside the whole matcher.
SecondOrder judge_route(const FamilyIndex& families, const std::string& text,
                        const std::string& label, const std::vector<JudgedRule>& alerts);

}  // namespace compiler::migrate::impact
