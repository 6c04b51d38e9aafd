#pragma once
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/migrate/impact/family_index.h"
#include "compiler/migrate/impact/query.h"
#include "compiler/migrate/impact/selector_rewrite.h"
#include "logql/promql.h"

namespace compiler::migrate::impact {

/// A rule and what becomes of its expression.
struct JudgedRule {
  const documents::RuleDef* rule = nullptr;
  const JudgedQuery* judged = nullptr;
  /// Of an alert over metrics that no rule records from logs: its expression. Else nullptr.
  std::shared_ptr<const logql::promql::Query> metrics;
  /// What its expression becomes, where it can be edited in place.
  std::optional<std::string> proposed;
  /// The outcome of `proposed`; nullptr where there is none, or it is PromQL.
  std::shared_ptr<const Outcome> edited;
};
/// Sets `edited`.
void follow_proposal(const FamilyIndex& families, JudgedRule& rule);

/// The series of one service after the move, as far as known with the change that is proposed for
/// the rule.
const std::vector<SeriesPtr>& series_after(const JudgedRule& rule, const Contribution& one);

/// Whether the rule's series will have `label` in the place of `old`: as its expression is, or as
/// it is proposed.
bool gives_label(const FamilyIndex& families, const JudgedRule& rule, const std::string& old,
                 const std::string& label);

/// What matchers take of rules' series: of services that move, and of others.
struct Taken {
  std::vector<Affected> affected;
  std::set<size_t> feeding;         ///< changes whose streams the rules are made of
  std::set<std::string> undecided;  ///< rules of which it depends on an undecided query
  bool others = false;              ///< series of streams that do not change, as far as is known
  bool others_surely = false;       ///< some for certain
  bool metrics = false;             ///< alerts over metrics, as far as their expressions tell
  bool estimated = false;

  bool has(const Affected& one) const;
  std::vector<size_t> with_fate(Fate fate) const;
};

/// A label that the rule itself gives its series, whatever the query finds; empty: none that is
/// known. Templates are read from results and not followed.
std::string fixed_label(const documents::RuleDef& rule, const std::string& name);

/// What a label of an alert over metrics can be. Labels that the expression does not name may be
/// there, with any value.
streams::Values metric_label(const logql::promql::Query& query, std::string_view name);
/// Whether the expression names the label.
bool names_label(const logql::promql::Query& query, std::string_view name);

/// Matchers on the series of rules. What is passed must outlive it.
class Matching {
 public:
  Matching(const FamilyIndex& families, const std::vector<Condition>& conditions)
      : families_(families), conditions_(conditions) {}

  /// Adds what is taken of one rule's outcome. `as_if_there`: a rule is judged by the labels that
  /// it gives with the change that is proposed for it; one that finds nothing any more and has
  /// none, by those that it would give.
  void add(const JudgedRule& rule, bool as_if_there, Taken& taken) const;
  /// How much of such a series passes.
  Extent extent_of(const SeriesLabels& series, const documents::RuleDef& rule) const;
  Extent extent_of(const std::vector<SeriesPtr>& series, const documents::RuleDef& rule) const;
  /// Whether streams that stay give the rule series that match, whichever of the labels that the
  /// conditions need the rule's expression keeps.
  bool takes_others(const JudgedRule& rule) const;

 private:
  bool add_metrics(const JudgedRule& rule) const;
  bool depends_on_series(const documents::RuleDef& rule) const;
  void add_others(const JudgedRule& rule, Taken& taken) const;

  const FamilyIndex& families_;
  const std::vector<Condition>& conditions_;
};

/// A matcher as it is after the move, and the edits that make it of the old one.
struct Renamed {
  Condition condition;
  std::vector<TextEdit> edits;
};
/// The matcher over the label that says the same of what is lost: the one that all streams of the
/// rules offer, as the rules' own proposals group by. nullopt: it stays.
std::optional<Renamed> renamed(const FamilyIndex& families, const Taken& taken,
                               const PlacedCondition& placed);

/// The verdict on what is taken; `whose` begins the sentences: "Alerts", "Series `x`".
JudgedQuery judged_of(const FamilyIndex& families, const Taken& taken, std::string_view whose);

}  // namespace compiler::migrate::impact
