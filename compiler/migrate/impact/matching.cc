#include "compiler/migrate/impact/matching.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/migrate/impact/correspondence.h"
#include "compiler/migrate/impact/query_rewrite.h"
#include "compiler/migrate/impact/selection.h"
#include "logql/parser.h"

namespace compiler::migrate::impact {
namespace {

Extent both(const Extent& a, const Extent& b) {
  return {a.all && b.all, a.some && b.some, a.may && b.may};
}

Extent extent_of_value(const Condition& condition, const streams::Values& values) {
  std::string error;
  const auto test = ValueTest::of(condition.op, condition.value, &error);
  return test ? decide({&*test, 1}, values) : Extent{};
}

Extent extent_of_label(const Condition& condition, const SeriesLabels& series,
                       const documents::RuleDef& rule) {
  if (const auto fixed = fixed_label(rule, condition.name); !fixed.empty()) {
    return extent_of_value(condition, streams::Values::of(fixed));
  }
  const auto found = series.named.find(condition.name);
  if (found == series.named.end()) {
    if (series.open) return {false, false, true};
    return extent_of_value(condition, streams::Values::of(""));
  }
  if (found->second.kind == LabelSource::Kind::stream) {
    return extent_of_value(condition, found->second.values);
  }
  return {false, false, true};
}

/// Whether an expression takes the label from its series: a service has it, and none of its series.
bool drops_label(const FamilyIndex& families, const Outcome& outcome, const std::string& name) {
  const auto has = [&](const std::vector<SeriesPtr>& series) {
    return std::any_of(series.begin(), series.end(), [&](const SeriesPtr& one) {
      return one->open || one->named.contains(name);
    });
  };
  bool is_there = false;
  for (const Contribution& one : outcome.contributions) {
    if (has(one.before) || has(one.after)) return false;
    for (const auto range : {families.before(one.change), families.after(one.change)}) {
      for (size_t i = range.begin; i < range.end; ++i)
        is_there = is_there || families.family(i).labels.contains(name);
    }
  }
  return is_there;
}

}  // namespace

bool gives_label(const FamilyIndex& families, const JudgedRule& rule, const std::string& old,
                 const std::string& label) {
  const Replaced replaced{old, label};
  if (rule.proposed && logql::parse(*rule.proposed).ok())
    return carries(families, *rule.proposed, *rule.judged, replaced);
  // PromQL that is edited reads a rule that gives the label.
  return rule.proposed || carries(rule.judged->outcome, replaced);
}

void follow_proposal(const FamilyIndex& families, JudgedRule& rule) {
  if (!rule.proposed || rule.judged->choices.empty()) return;
  const auto parsed = logql::parse(*rule.proposed);
  if (!parsed.ok()) return;
  rule.edited = std::make_shared<Outcome>(
      judge_expression(families, *parsed.expr, rule.judged->choices.front()));
}

const std::vector<SeriesPtr>& series_after(const JudgedRule& rule, const Contribution& one) {
  if (rule.edited == nullptr) return one.after;
  const auto& all = rule.edited->contributions;
  const auto found = std::find_if(all.begin(), all.end(), [&](const Contribution& edited) {
    return edited.change == one.change;
  });
  return found == all.end() ? one.after : found->after;
}

bool Taken::has(const Affected& one) const {
  return std::any_of(affected.begin(), affected.end(), [&](const Affected& mine) {
    return mine.change == one.change && mine.fate == one.fate;
  });
}

std::vector<size_t> Taken::with_fate(Fate fate) const {
  std::vector<size_t> changes;
  std::set<size_t> known;
  for (const Affected& one : affected)
    if (one.fate == fate && known.insert(one.change).second) changes.push_back(one.change);
  return changes;
}

std::string fixed_label(const documents::RuleDef& rule, const std::string& name) {
  if (name == "alertname" && !rule.is_record) return rule.name;
  const auto added = rule.labels.find(name);
  const bool known = added != rule.labels.end() && added->second.find("{{") == std::string::npos;
  return known ? added->second : "";
}

bool names_label(const logql::promql::Query& query, std::string_view name) {
  for (const auto& selector : query.selectors) {
    for (const auto& matcher : selector.matchers) {
      if (matcher.name.value == name) return true;
    }
  }
  return std::any_of(query.label_uses.begin(), query.label_uses.end(),
                     [&](const logql::promql::LabelUse& use) { return use.label.value == name; });
}

streams::Values metric_label(const logql::promql::Query& query, std::string_view name) {
  streams::Values any = streams::Values::any();
  any.exact.emplace_back();
  streams::Values known = streams::Values::of("");  // An aggregation may take it away.
  if (!query.errors.empty() || query.selectors.empty()) return any;
  for (const auto& use : query.label_uses) {
    const bool makes_it = use.kind == logql::promql::LabelUse::Kind::function_argument ||
                          use.kind == logql::promql::LabelUse::Kind::include;
    if (makes_it && use.label.value == name) return any;
  }
  for (const auto& selector : query.selectors) {
    const auto given = std::find_if(
        selector.matchers.begin(), selector.matchers.end(), [&](const logql::Matcher& matcher) {
          return matcher.name.value == name && matcher.op == logql::MatchOp::equal &&
                 matcher.value.variables.empty();
        });
    if (given == selector.matchers.end()) return any;
    known.exact.push_back(given->value.value);
  }
  return known;
}

void Matching::add(const JudgedRule& rule, bool as_if_there, Taken& taken) const {
  if (rule.metrics != nullptr) {
    taken.metrics = taken.metrics || add_metrics(rule);
    return;
  }
  const auto& outcome = rule.judged->outcome;
  if (rule.judged->verdict == Verdict::unknown && outcome.contributions.empty() &&
      depends_on_series(*rule.rule)) {
    taken.undecided.insert(rule.rule->name);
  }
  const Fates fates(outcome.selection);
  for (const Contribution& one : outcome.contributions) {
    const Fate fate = fates.of(one.change);
    const Extent old_extent = extent_of(one.before, *rule.rule);
    const Extent new_extent =
        extent_of(as_if_there ? series_after(rule, one) : one.after, *rule.rule);
    const bool was = fate != Fate::gained && old_extent.may;
    const bool is = (as_if_there || fate != Fate::lost) && new_extent.may;
    const bool surely_is = is && new_extent.some;
    taken.feeding.insert(one.change);
    if (was && !is) taken.affected.push_back({one.change, Fate::lost});
    if (was && is) taken.affected.push_back({one.change, fate == Fate::lost ? Fate::kept : fate});
    if (!was && surely_is) taken.affected.push_back({one.change, Fate::gained});
    if ((was && !old_extent.all) || (is && !new_extent.all)) taken.estimated = true;
  }
  add_others(rule, taken);
}

Extent Matching::extent_of(const std::vector<SeriesPtr>& series,
                           const documents::RuleDef& rule) const {
  Extent any{!series.empty(), false, false};
  for (const auto& one : series) {
    const Extent extent = extent_of(*one, rule);
    any = {any.all && extent.all, any.some || extent.some, any.may || extent.may};
  }
  return any;
}

Extent Matching::extent_of(const SeriesLabels& series, const documents::RuleDef& rule) const {
  Extent all{true, true, true};
  for (const Condition& condition : conditions_) {
    all = both(all, extent_of_label(condition, series, rule));
  }
  return all;
}

/// Whether an alert over metrics may meet all conditions.
bool Matching::add_metrics(const JudgedRule& rule) const {
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& condition) {
    const auto fixed = fixed_label(*rule.rule, condition.name);
    const auto values =
        fixed.empty() ? metric_label(*rule.metrics, condition.name) : streams::Values::of(fixed);
    return extent_of_value(condition, values).may;
  });
}

/// Whether the labels that the rule itself gives leave it open.
bool Matching::depends_on_series(const documents::RuleDef& rule) const {
  bool depends = false;
  for (const Condition& condition : conditions_) {
    const auto fixed = fixed_label(rule, condition.name);
    depends = depends || fixed.empty();
    if (!fixed.empty() && !extent_of_value(condition, streams::Values::of(fixed)).may) return false;
  }
  return depends;
}

/// Whether streams that do not change give the rule series that match.
void Matching::add_others(const JudgedRule& rule, Taken& taken) const {
  if (!rule.judged->outcome.selection.others) return;
  std::vector<Condition> rest;
  for (const Condition& condition : conditions_) {
    const auto fixed = fixed_label(*rule.rule, condition.name);
    std::string error;
    const auto test = ValueTest::of(condition.op, condition.value, &error);
    if (!test || (!fixed.empty() && !test->accepts(fixed))) return;
    if (!fixed.empty()) continue;
    if (!drops_label(families_, rule.judged->outcome, condition.name)) {
      rest.push_back(condition);
    } else if (!test->accepts("")) {
      return;
    }
  }
  Reach reach = families_.reach(rest);
  const auto unchanged = families_.unchanged();
  for (Bits* bits : {&reach.may, &reach.some}) {
    // Of a rule over recorded series it is not known which streams these are.
    if (!rule.judged->outcome.others.empty()) *bits &= rule.judged->outcome.others;
  }
  taken.others = taken.others || reach.may.any(unchanged.begin, unchanged.end);
  taken.others_surely = taken.others_surely || reach.some.any(unchanged.begin, unchanged.end);
}

bool Matching::takes_others(const JudgedRule& rule) const {
  if (!rule.judged->outcome.selection.others) return false;
  std::vector<Condition> rest;
  for (const Condition& condition : conditions_) {
    const auto fixed = fixed_label(*rule.rule, condition.name);
    std::string error;
    const auto test = ValueTest::of(condition.op, condition.value, &error);
    if (!test || (!fixed.empty() && !test->accepts(fixed))) return false;
    if (fixed.empty() && !test->accepts("")) rest.push_back(condition);
  }
  Bits some = families_.reach(rest).some;
  if (!rule.judged->outcome.others.empty()) some &= rule.judged->outcome.others;
  return some.any(families_.unchanged().begin, families_.unchanged().end);
}

std::optional<Renamed> renamed(const FamilyIndex& families, const Taken& taken,
                               const PlacedCondition& placed) {
  const auto lost = taken.with_fate(Fate::lost);
  const std::string& name = placed.condition.name;
  if (lost.empty() || !families.is_stream_label(name)) return std::nullopt;
  const std::vector<size_t> feeding(taken.feeding.begin(), taken.feeding.end());
  const auto candidates = correspondences(families, feeding, name);
  if (candidates.empty() || candidates.front().label == name) return std::nullopt;
  for (const Correspondence& of_lost : correspondences(families, lost, name)) {
    if (of_lost.label != candidates.front().label) continue;
    Renamed made{placed.condition, {{placed.name, of_lost.label}}};
    made.condition.name = of_lost.label;
    if (of_lost.same_values) return made;
    const auto values = of_lost.all();
    const bool can_be_one_value =
        placed.condition.op == logql::MatchOp::equal && placed.value.end != 0 && values.size() == 1;
    if (!can_be_one_value) return std::nullopt;
    made.condition.value = *values.begin();
    made.edits.push_back({placed.value, logql::quote(*values.begin())});
    return made;
  }
  return std::nullopt;
}

JudgedQuery judged_of(const FamilyIndex& families, const Taken& taken, std::string_view whose) {
  JudgedQuery judged;
  judged.outcome.selection.affected = taken.affected;
  judged.outcome.selection.others = taken.others || taken.metrics;
  judged.verdict = verdict_of(judged.outcome.selection);
  if (taken.estimated) judged.confidence = Confidence::likely;
  std::vector<std::string> reasons;
  if (const auto lost = taken.with_fate(Fate::lost); !lost.empty()) {
    reasons.push_back(fmt::format(
        "{} of {} do not match any more; the labels of its logs are now {}.", whose,
        names_of(families, lost), moved_labels(families.mapping().changes[lost.front()])));
  }
  if (const auto gained = taken.with_fate(Fate::gained); !gained.empty()) {
    reasons.push_back(
        fmt::format("{} of {} match, which did not before.", whose, names_of(families, gained)));
  }
  if (judged.verdict == Verdict::unknown && reasons.empty()) {
    reasons.push_back(fmt::format("Whether {} of {} still match could not be decided.", whose,
                                  names_of(families, taken.with_fate(Fate::unsure))));
  }
  if (!taken.undecided.empty() && !finds_others(judged.verdict)) {
    judged.verdict = Verdict::unknown;
    reasons.push_back(fmt::format("What becomes of the query of {} could not be decided.",
                                  fmt::join(taken.undecided, ", ")));
  }
  judged.reason = fmt::format("{}", fmt::join(reasons, " "));
  return judged;
}

}  // namespace compiler::migrate::impact
