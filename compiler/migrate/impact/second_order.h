#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/migrate/impact/matching.h"

namespace compiler::migrate::impact {

/// Recording rules by the name of their series.
using Recorded = std::map<std::string, std::vector<JudgedRule>, std::less<>>;

/// What is said of a text that reads the outcome of rules, and how it would be said after the move.
struct SecondOrder {
  JudgedQuery judged;
  std::vector<TextEdit> edits;  ///< empty: no change is proposed
  std::string beside;  ///< a label that belongs beside this one, as another element of its list
};

/// PromQL over series that recording rules make of logs; SAME when it reads none of those.
SecondOrder judge_promql(const FamilyIndex& families, std::string_view text,
                         const Recorded& recorded);

}  // namespace compiler::migrate::impact
