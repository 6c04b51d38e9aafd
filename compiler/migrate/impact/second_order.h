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

// How PromQL reads a selector: absence.cc.

/// What a selector's series are for in a PromQL query.
enum class Reading : uint8_t {
  shown,     ///< the query gives something where there are some
  absent,    ///< in absent() or absent_over_time(): it gives something where there are none
  excluded,  ///< on the right of `unless`: what it names is left out
};

/// How the selector that begins at byte `at` is read, by the calls and operators around it. The
/// text is not parsed: strings and comments are passed over.
Reading reading_at(std::string_view query, size_t at);

/// The verdict on a query, of that on the series that it reads so.
Verdict read_as(Reading reading, Verdict verdict);
/// The sentence that says why it is another one; empty: it is not.
std::string_view reading_sentence(Reading reading, Verdict verdict);

// Routes, silences and inhibitions: routes.cc.

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
SecondOrder judge_grouping(const FamilyIndex& families, const std::string& label,
                           const Together& together, const Together* target,
                           const std::vector<JudgedRule>& alerts);

/// A notification of the alerts that `together` take, which shows labels of theirs.
SecondOrder judge_notification(const FamilyIndex& families, const documents::Use& own,
                               const Together& together, const std::vector<JudgedRule>& alerts);

}  // namespace compiler::migrate::impact
