#include "compiler/migrate/impact/second_order.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <set>

#include "compiler/migrate/impact/correspondence.h"
#include "compiler/migrate/impact/matchers.h"
#include "compiler/migrate/impact/readers.h"
#include "compiler/migrate/impact/selection.h"
#include "logql/parser.h"

namespace compiler::migrate::impact {
namespace {

/// What conditions take of a rule's series: of services that move, and of others.
struct Taken {
  std::vector<Affected> affected;
  std::set<size_t> feeding;  ///< changes whose streams the rules are made of
  bool others = false;
  bool estimated = false;
};

Extent both(const Extent& a, const Extent& b) {
  return {a.all && b.all, a.some && b.some, a.may && b.may};
}

class Matching {
 public:
  Matching(const FamilyIndex& families, const std::vector<PlacedCondition>& conditions)
      : families_(families), conditions_(conditions) {}

  /// Adds what is taken of one rule's outcome. `as_if_there`: a rule that finds nothing any more is
  /// judged by the labels that it would give.
  void add(const JudgedRule& rule, bool as_if_there, Taken& taken) const {
    const auto& outcome = rule.judged->outcome;
    for (const Contribution& one : outcome.contributions) {
      Fate fate = Fate::untouched;
      for (const Affected& affected : outcome.selection.affected) {
        if (affected.change == one.change) fate = affected.fate;
      }
      const Extent old_extent = extent(one.before, *rule.rule);
      const Extent new_extent = extent(one.after, *rule.rule);
      const bool was = fate != Fate::gained && old_extent.may;
      const bool is = (as_if_there || fate != Fate::lost) && new_extent.may;
      const bool surely_is = is && new_extent.some;
      taken.feeding.insert(one.change);
      if (was && !is) taken.affected.push_back({one.change, Fate::lost});
      if (was && is) taken.affected.push_back({one.change, fate == Fate::lost ? Fate::kept : fate});
      if (!was && surely_is) taken.affected.push_back({one.change, Fate::gained});
      if ((was && !old_extent.all) || (is && !new_extent.all)) taken.estimated = true;
    }
    taken.others = taken.others || others_match(rule);
  }

 private:
  Extent extent(const std::vector<SeriesPtr>& series, const documents::RuleDef& rule) const {
    Extent any{!series.empty(), false, false};
    for (const auto& one : series) {
      const Extent extent = extent_of(*one, rule);
      any = {any.all && extent.all, any.some || extent.some, any.may || extent.may};
    }
    return any;
  }

  Extent extent_of(const SeriesLabels& series, const documents::RuleDef& rule) const {
    Extent all{true, true, true};
    for (const PlacedCondition& placed : conditions_) {
      const Condition& condition = placed.condition;
      std::string error;
      const auto test = ValueTest::of(condition.op, condition.value, &error);
      if (!test) return {};
      all = both(all, extent_of(*test, condition.name, series, rule));
    }
    return all;
  }

  static Extent extent_of(const ValueTest& test, const std::string& name,
                          const SeriesLabels& series, const documents::RuleDef& rule) {
    if (const auto fixed = fixed_label(rule, name); !fixed.empty()) {
      return decide({&test, 1}, streams::Values::of(fixed));
    }
    const auto found = series.named.find(name);
    if (found == series.named.end()) return decide({&test, 1}, streams::Values::of(""));
    if (found->second.kind == LabelSource::Kind::stream) {
      return decide({&test, 1}, found->second.values);
    }
    return {false, false, true};
  }

  /// A label that the rule itself adds; templates in it are read from results and not followed.
  static std::string fixed_label(const documents::RuleDef& rule, const std::string& name) {
    if (name == "alertname" && !rule.is_record) return rule.name;
    const auto added = rule.labels.find(name);
    const bool known = added != rule.labels.end() && added->second.find("{{") == std::string::npos;
    return known ? added->second : "";
  }

  /// Whether streams that do not change give the rule series that match.
  bool others_match(const JudgedRule& rule) const {
    if (!rule.judged->outcome.selection.others) return false;
    std::vector<Condition> rest;
    for (const PlacedCondition& placed : conditions_) {
      const Condition& condition = placed.condition;
      const auto fixed = fixed_label(*rule.rule, condition.name);
      std::string error;
      const auto test = ValueTest::of(condition.op, condition.value, &error);
      if (!test || (!fixed.empty() && !test->accepts(fixed))) return false;
      if (fixed.empty()) rest.push_back(condition);
    }
    Bits both = families_.reach(rest).may;
    // Of a rule over recorded series it is not known which streams these are.
    if (!rule.judged->outcome.others.empty()) both &= rule.judged->outcome.others;
    return both.any(families_.unchanged().begin, families_.unchanged().end);
  }

  const FamilyIndex& families_;
  const std::vector<PlacedCondition>& conditions_;
};

std::vector<size_t> with_fate(const Taken& taken, Fate fate) {
  std::vector<size_t> changes;
  for (const Affected& one : taken.affected) {
    const bool known = std::find(changes.begin(), changes.end(), one.change) != changes.end();
    if (one.fate == fate && !known) changes.push_back(one.change);
  }
  return changes;
}

/// What a matcher becomes when its label is called otherwise: the name, and the value when that is
/// another one, too. Nothing when no single value takes its place.
std::vector<TextEdit> relabelled(const PlacedCondition& placed, const Correspondence& of_lost) {
  if (of_lost.same_values) return {{placed.name, of_lost.label}};
  const auto values = of_lost.all();
  const bool can_be_one_value =
      placed.condition.op == logql::MatchOp::equal && placed.value.end != 0 && values.size() == 1;
  if (!can_be_one_value) return {};
  return {{placed.name, of_lost.label}, {placed.value, logql::quote(*values.begin())}};
}

/// Puts the labels of after the move into matchers; no edits where other series keep the old label.
/// The label is the one that all streams of the rules offer, as the rules' own proposals group by.
std::vector<TextEdit> renamed(const FamilyIndex& families, const Taken& taken,
                              const std::vector<PlacedCondition>& conditions) {
  std::vector<TextEdit> edits;
  const auto lost = with_fate(taken, Fate::lost);
  if (taken.others || lost.empty()) return edits;
  const std::vector<size_t> feeding(taken.feeding.begin(), taken.feeding.end());
  for (const PlacedCondition& placed : conditions) {
    if (!families.is_stream_label(placed.condition.name)) continue;
    const auto candidates = correspondences(families, feeding, placed.condition.name);
    if (candidates.empty() || candidates.front().label == placed.condition.name) continue;
    for (const Correspondence& of_lost : correspondences(families, lost, placed.condition.name)) {
      if (of_lost.label != candidates.front().label) continue;
      const auto made = relabelled(placed, of_lost);
      edits.insert(edits.end(), made.begin(), made.end());
    }
  }
  return edits;
}

JudgedQuery judged_of(const FamilyIndex& families, const Taken& taken, std::string_view whose) {
  JudgedQuery judged;
  judged.outcome.selection.affected = taken.affected;
  judged.outcome.selection.others = taken.others;
  judged.verdict = verdict_of(judged.outcome.selection);
  if (taken.estimated) judged.confidence = Confidence::likely;
  std::vector<std::string> reasons;
  if (const auto lost = with_fate(taken, Fate::lost); !lost.empty()) {
    reasons.push_back(fmt::format(
        "{} of {} do not match any more; the labels of its logs are now {}.", whose,
        names_of(families, lost), moved_labels(families.mapping().changes[lost.front()])));
  }
  if (const auto gained = with_fate(taken, Fate::gained); !gained.empty()) {
    reasons.push_back(
        fmt::format("{} of {} match, which did not before.", whose, names_of(families, gained)));
  }
  judged.reason = fmt::format("{}", fmt::join(reasons, " "));
  return judged;
}

/// Whether the query adds all series up without naming a label.
bool is_added_up(std::string_view text) {
  static const re2::RE2 aggregation(
      R"((?i)\b(sum|avg|min|max|count|group|stddev|stdvar|quantile)\s*\()");
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), aggregation);
}

class PromqlJudge {
 public:
  PromqlJudge(const FamilyIndex& families, std::string_view text, const Recorded& recorded)
      : families_(families), text_(text), recorded_(recorded), query_(logql::promql::parse(text)) {}

  SecondOrder judge() {
    if (!query_.errors.empty()) return not_read();
    for (size_t i = 0; i < query_.selectors.size(); ++i) judge_selector(i);
    judge_labels();
    return std::move(result_);
  }

 private:
  /// What cannot be read may still name a recorded series.
  SecondOrder not_read() {
    for (const auto& [name, rules] : recorded_) {
      const bool changes = std::any_of(rules.begin(), rules.end(), [](const JudgedRule& rule) {
        return rule.judged->verdict != Verdict::same;
      });
      if (!changes || text_.find(name) == std::string_view::npos) continue;
      result_.judged.verdict = Verdict::unknown;
      result_.judged.reason = fmt::format(
          "It names `{}`, which is made of logs, and could not be "
          "read at its byte {}: {}.",
          name, query_.errors.front().span.begin, query_.errors.front().message);
    }
    return std::move(result_);
  }

  void judge_selector(size_t index) {
    const auto& selector = query_.selectors[index];
    const auto found = recorded_.find(selector.name.value);
    if (found == recorded_.end()) return;
    std::vector<PlacedCondition> conditions;
    Taken taken;
    for (const auto& matcher : selector.matchers) {
      if (matcher.name.value == "__name__") continue;
      // A variable can be any of the values: it keeps nothing out for sure.
      taken.estimated = taken.estimated || !matcher.value.variables.empty();
      if (!matcher.value.variables.empty()) continue;
      conditions.push_back({{matcher.name.value, matcher.op, matcher.value.value},
                            matcher.name.span,
                            matcher.value.span});
    }
    for (const JudgedRule& rule : found->second) {
      Matching(families_, conditions).add(rule, false, taken);
      for (const auto& one : rule.judged->outcome.contributions) contributions_.push_back(one);
      kept_by_.push_back(rule.judged);
    }
    auto judged = judged_of(families_, taken, fmt::format("Series `{}`", selector.name.value));
    if (!judged.reason.empty()) {
      judged.reason =
          fmt::format("`{}` is recorded from logs. {}", selector.name.value, judged.reason);
    }
    const bool is_undecided = std::any_of(
        found->second.begin(), found->second.end(),
        [](const JudgedRule& rule) { return rule.judged->verdict == Verdict::unknown; });
    if (is_undecided && !finds_others(judged.verdict)) {
      judged.verdict = Verdict::unknown;
      judged.reason = fmt::format(
          "`{}` is recorded from logs by a query for which the change could not be decided.",
          selector.name.value);
    }
    const auto edits = renamed(families_, taken, conditions);
    result_.edits.insert(result_.edits.end(), edits.begin(), edits.end());
    auto& all = result_.judged;
    all.verdict = worse(all.verdict, judged.verdict);
    all.confidence = std::max(all.confidence, judged.confidence);
    if (!all.reason.empty() && !judged.reason.empty()) all.reason += ' ';
    all.reason += judged.reason;
    auto& affected = all.outcome.selection.affected;
    affected.insert(affected.end(), taken.affected.begin(), taken.affected.end());
    all.outcome.selection.others = all.outcome.selection.others || taken.others;
  }

  void judge_labels() {
    auto& all = result_.judged;
    if (contributions_.empty()) return;
    std::set<std::string> grouped;
    bool has_by = false;
    for (const auto& use : query_.label_uses) {
      has_by = has_by || use.kind == logql::promql::LabelUse::Kind::by;
      const bool reads = use.kind != logql::promql::LabelUse::Kind::without &&
                         use.kind != logql::promql::LabelUse::Kind::ignoring;
      if (reads) judge_label(use.label);
      if (use.kind == logql::promql::LabelUse::Kind::by) grouped.insert(use.label.value);
    }
    all.outcome.is_metric = true;
    const bool adds_up = !has_by && is_added_up(text_);
    for (Contribution& one : contributions_) {
      if (has_by || adds_up) {
        keep_only(one.before, grouped);
        keep_only(one.after, grouped);
      }
      all.outcome.contributions.push_back(std::move(one));
    }
    if (all.verdict == Verdict::same && labels_change(all.outcome)) {
      all.verdict = Verdict::value_changed;
      all.reason = "It shows series that are recorded from logs, and their labels change.";
    }
  }

  void judge_label(const logql::Text& label) {
    const auto fate = label_fate(kept_by_, label.value);
    if (!fate.changes) return;
    auto& all = result_.judged;
    if (all.verdict == Verdict::same) {
      all.verdict = Verdict::value_changed;
      all.reason = fmt::format(
          "It reads `{}` of series that are recorded from logs; the labels of "
          "{} change.",
          label.value, names_of(families_, fate.changed));
    }
    for (const size_t change : fate.changed) {
      all.outcome.selection.affected.push_back({change, Fate::kept});
    }
    const auto candidates = correspondences(families_, fate.changed, label.value);
    if (!fate.others_have_it && !candidates.empty()) {
      result_.edits.push_back({label.span, candidates.front().label});
    }
  }

  static void keep_only(std::vector<SeriesPtr>& series, const std::set<std::string>& names) {
    for (SeriesPtr& one : series) {
      auto kept = std::make_shared<SeriesLabels>();
      for (const auto& [name, source] : one->named) {
        if (names.contains(name)) kept->named.emplace(name, source);
      }
      one = std::move(kept);
    }
  }

  const FamilyIndex& families_;
  std::string_view text_;
  const Recorded& recorded_;
  logql::promql::Query query_;
  SecondOrder result_;
  std::vector<Contribution> contributions_;
  std::vector<const JudgedQuery*> kept_by_;
};

}  // namespace

SecondOrder judge_promql(const FamilyIndex& families, std::string_view text,
                         const Recorded& recorded) {
  if (recorded.empty()) return {};
  return PromqlJudge(families, text, recorded).judge();
}

SecondOrder judge_route(const FamilyIndex& families, const std::string& text,
                        const std::string& label, const std::vector<JudgedRule>& alerts) {
  SecondOrder result;
  auto conditions = read_matchers(label.empty() ? text : label);
  if (!conditions) {
    result.judged.verdict = Verdict::unknown;
    result.judged.reason = "The matchers could not be read.";
    return result;
  }
  if (conditions->empty()) return result;
  // Beside its value the name is the whole text.
  if (!label.empty()) {
    for (auto& one : *conditions) one.name = {0, static_cast<uint32_t>(text.size())};
  }
  Taken taken;
  for (const JudgedRule& alert : alerts) Matching(families, *conditions).add(alert, true, taken);
  result.judged = judged_of(families, taken, "Alerts");
  result.edits = renamed(families, taken, *conditions);
  return result;
}

}  // namespace compiler::migrate::impact
