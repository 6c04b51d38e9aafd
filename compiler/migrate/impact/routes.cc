#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/migrate/impact/correspondence.h"
#include "compiler/migrate/impact/readers.h"
#include "compiler/migrate/impact/second_order.h"
#include "compiler/migrate/impact/selection.h"

namespace compiler::migrate::impact {
namespace {

/// nullopt: the text of the use could not be read.
std::optional<std::vector<PlacedCondition>> conditions_of(const documents::Use& use) {
  auto conditions = read_matchers(use.label.empty() ? use.text.text() : use.label);
  // Beside its value the name is the whole text.
  if (conditions && !use.label.empty()) {
    const auto size = static_cast<uint32_t>(use.text.text().size());
    for (auto& one : *conditions) one.name = {0, size};
  }
  return conditions;
}

bool has_variable(const documents::Use& use) {
  const auto& text = use.label.empty() ? use.text.text() : use.label;
  // Files of Alertmanager have no variables of a dashboard.
  return use.scope >= 0 &&
         (text.find('$') != std::string::npos || text.find("[[") != std::string::npos);
}

/// Whether an alert over metrics surely or possibly meets conditions that are not written yet:
/// labels that its expression does not name are not there.
bool would_take_metrics(const JudgedRule& alert, const std::vector<Condition>& conditions) {
  return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
    auto values = streams::Values::of(fixed_label(*alert.rule, condition.name));
    if (values.exact.front().empty() && names_label(*alert.metrics, condition.name)) {
      values = metric_label(*alert.metrics, condition.name);
    }
    std::string error;
    const auto test = ValueTest::of(condition.op, condition.value, &error);
    return test && decide({&*test, 1}, values).may;
  });
}

class RouteJudge {
 public:
  RouteJudge(const FamilyIndex& families, const documents::Use& own,
             const std::vector<JudgedRule>& alerts)
      : families_(families), own_(own), alerts_(alerts) {}

  SecondOrder judge(const Together& together) {
    SecondOrder result;
    for (const documents::Use* use : together) {
      auto conditions = conditions_of(*use);
      if (has_variable(*use)) return undecided("A matcher has a variable, which is not followed.");
      if (!conditions && use == &own_) return undecided("The matchers could not be read.");
      if (!conditions) continue;
      if (use == &own_) mine_ = sets_.size();
      sets_.emplace_back();
      for (PlacedCondition& placed : *conditions) {
        all_.push_back(placed.condition);
        sets_.back().push_back(placed.condition);
        placed_.push_back(std::move(placed));
        owner_.push_back(sets_.size() - 1);
      }
    }
    if (sets_[mine_].empty()) return result;
    for (const JudgedRule& alert : alerts_) take(alert);
    result.judged = judged_of(families_, taken_, "Alerts");
    // What else an Alertmanager is sent, nobody has said here.
    result.judged.confidence = std::max(result.judged.confidence, Confidence::likely);
    if (result.judged.verdict == Verdict::same) return result;
    if (taken_.metrics && !taken_.with_fate(Fate::lost).empty()) {
      result.judged.reason += " Alerts over metrics keep their labels.";
    }
    propose(result);
    return result;
  }

 private:
  static SecondOrder undecided(std::string reason) {
    SecondOrder result;
    result.judged.verdict = Verdict::unknown;
    result.judged.reason = std::move(reason);
    return result;
  }

  /// What all matchers take of one alert. What is lost or gained by another matcher than this one
  /// is that one's finding.
  void take(const JudgedRule& alert) {
    Taken whole;
    Matching(families_, all_).add(alert, true, whole);
    std::vector<Taken> parts(sets_.size());
    for (size_t i = 0; i < sets_.size(); ++i) {
      Matching(families_, sets_[i]).add(alert, true, parts[i]);
    }
    for (const Affected& one : whole.affected) {
      const bool is_of_another =
          finds_another(one.fate) && !parts[mine_].has(one) &&
          std::any_of(parts.begin(), parts.end(), [&](const Taken& part) { return part.has(one); });
      if (!is_of_another) taken_.affected.push_back(one);
    }
    if (!whole.undecided.empty() && parts[mine_].undecided.empty()) whole.undecided.clear();
    taken_.undecided.merge(whole.undecided);
    taken_.feeding.merge(whole.feeding);
    taken_.others = taken_.others || whole.others;
    taken_.metrics = taken_.metrics || whole.metrics;
    taken_.estimated = taken_.estimated || whole.estimated;
  }

  static bool finds_another(Fate fate) { return fate == Fate::lost || fate == Fate::gained; }

  void propose(SecondOrder& result) const {
    if (taken_.others || taken_.metrics || !taken_.undecided.empty()) return;
    std::vector<Condition> after = all_;
    std::map<std::string, std::string> labels;
    for (size_t i = 0; i < placed_.size(); ++i) {
      const auto instead = renamed(families_, taken_, placed_[i]);
      if (!instead) continue;
      after[i] = instead->condition;
      labels[all_[i].name] = after[i].name;
      if (owner_[i] == mine_)
        result.edits.insert(result.edits.end(), instead->edits.begin(), instead->edits.end());
    }
    bool regains = false;
    const bool same = std::all_of(alerts_.begin(), alerts_.end(), [&](const JudgedRule& alert) {
      return takes_the_same(alert, after, labels, regains);
    });
    if (!same || !regains) result.edits.clear();
  }

  /// The series of one service after the move, as the rule's own proposal gives them: with the new
  /// label where the old one was.
  std::vector<SeriesPtr> as_proposed(const Contribution& one,
                                     const std::map<std::string, std::string>& labels) const {
    std::vector<SeriesPtr> series;
    for (const SeriesPtr& each : one.after) {
      auto made = std::make_shared<SeriesLabels>(*each);
      for (const auto& [old_label, new_label] : labels) {
        const bool had = std::any_of(
            one.before.begin(), one.before.end(),
            [&, &name = old_label](const SeriesPtr& was) { return was->named.contains(name); });
        streams::Values values;
        for (size_t i = families_.after(one.change).begin; i < families_.after(one.change).end;
             ++i) {
          const auto found = families_.family(i).labels.find(new_label);
          if (found == families_.family(i).labels.end()) continue;
          values.exact.insert(values.exact.end(), found->second.exact.begin(),
                              found->second.exact.end());
          values.open.insert(values.open.end(), found->second.open.begin(),
                             found->second.open.end());
        }
        if (had) made->named[new_label] = {.kind = LabelSource::Kind::stream, .values = values};
      }
      series.push_back(std::move(made));
    }
    return series;
  }

  bool takes_the_same(const JudgedRule& alert, const std::vector<Condition>& after,
                      const std::map<std::string, std::string>& labels, bool& regains) const {
    if (alert.metrics != nullptr) return !would_take_metrics(alert, after);
    const Matching old_matching(families_, all_), new_matching(families_, after);
    // An alert that will have neither label is lost in either way.
    const bool gives = std::all_of(labels.begin(), labels.end(), [&](const auto& pair) {
      return gives_label(families_, alert, pair.first, pair.second);
    });
    for (const Contribution& one : alert.judged->outcome.contributions) {
      const bool was =
          !is_gained(alert, one.change) && old_matching.extent_of(one.before, *alert.rule).may;
      const Extent is = new_matching.extent_of(as_proposed(one, labels), *alert.rule);
      if (was && !gives) {
        if (old_matching.extent_of(one.after, *alert.rule).may) return false;
        continue;
      }
      if (was != is.may || (was && !is.some)) return false;
      regains = regains || was;
    }
    Taken now;
    new_matching.add(alert, true, now);
    return !now.others_surely;
  }

  static bool is_gained(const JudgedRule& alert, size_t change) {
    const auto& affected = alert.judged->outcome.selection.affected;
    return std::any_of(affected.begin(), affected.end(), [&](const Affected& one) {
      return one.change == change && one.fate == Fate::gained;
    });
  }

  const FamilyIndex& families_;
  const documents::Use& own_;
  const std::vector<JudgedRule>& alerts_;
  std::vector<std::vector<Condition>> sets_;  ///< of each use
  size_t mine_ = 0;
  std::vector<Condition> all_;
  std::vector<PlacedCondition> placed_;  ///< of each of all_
  std::vector<size_t> owner_;            ///< of each of all_: index into sets_
  Taken taken_;
};

/// What becomes of a label in the alerts that one set of matchers takes.
struct GroupedSide {
  std::vector<size_t> changed;  ///< services whose alerts have another value or none
  std::vector<size_t> gained;   ///< services whose alerts had no value and get one
  bool keeps = false;           ///< other alerts have the label as before
  bool keeps_none = false;      ///< other alerts do not have it, as before
  std::set<std::string> undecided;
};

std::set<std::string> label_keys(const std::vector<SeriesPtr>& series, const std::string& label) {
  std::set<std::string> all;
  for (const auto& one : series) {
    const auto found = one->named.find(label);
    if (found != one->named.end()) all.insert(key_of(found->second));
    if (found == one->named.end()) all.insert(one->open ? "line " + label : "");
  }
  return all;
}

/// Whether streams that stay may give an alert series without the label.
bool may_lack(const FamilyIndex& families, const std::string& label, const JudgedRule& alert) {
  const Condition absent{label, logql::MatchOp::equal, ""};
  Bits may = families.reach({&absent, 1}).may;
  if (!alert.judged->outcome.others.empty()) may &= alert.judged->outcome.others;
  return may.any(families.unchanged().begin, families.unchanged().end);
}

GroupedSide grouped_side(const FamilyIndex& families, const std::string& label,
                         const Together& together, const std::vector<JudgedRule>& alerts) {
  GroupedSide side;
  std::vector<Condition> conditions;
  for (const documents::Use* use : together) {
    for (auto& placed : conditions_of(*use).value_or(std::vector<PlacedCondition>{})) {
      conditions.push_back(std::move(placed.condition));
    }
  }
  const Matching matching(families, conditions);
  for (const JudgedRule& alert : alerts) {
    Taken taken;
    matching.add(alert, true, taken);
    side.undecided.merge(taken.undecided);
    const bool has_own = !fixed_label(*alert.rule, label).empty();
    const bool names = alert.metrics != nullptr && (has_own || names_label(*alert.metrics, label));
    const bool scraped = label == "job" || label == "instance";
    side.keeps = side.keeps || taken.others || (taken.metrics && (names || scraped));
    side.keeps_none = side.keeps_none || (taken.metrics && !names && !scraped) ||
                      (taken.others && !has_own && may_lack(families, label, alert));
    if (has_own || alert.metrics != nullptr) continue;
    for (const Contribution& one : alert.judged->outcome.contributions) {
      if (!matching.extent_of(one.before, *alert.rule).may) continue;
      const auto before = label_keys(one.before, label);
      const auto after = label_keys(series_after(alert, one), label);
      const bool has_it = before != std::set<std::string>{""};
      if (before == after) (has_it ? side.keeps : side.keeps_none) = true;
      if (before != after) (has_it ? side.changed : side.gained).push_back(one.change);
    }
  }
  return side;
}

}  // namespace

SecondOrder judge_route(const FamilyIndex& families, const documents::Use& own,
                        const Together& together, const std::vector<JudgedRule>& alerts) {
  return RouteJudge(families, own, alerts).judge(together);
}

SecondOrder judge_grouping(const FamilyIndex& families, const std::string& label,
                           const Together& together, const Together* target,
                           const std::vector<JudgedRule>& alerts) {
  SecondOrder result;
  const GroupedSide side = grouped_side(families, label, together, alerts);
  const GroupedSide other =
      target == nullptr ? GroupedSide{} : grouped_side(families, label, *target, alerts);
  auto changed = side.changed;
  changed.insert(changed.end(), other.changed.begin(), other.changed.end());
  // Two alerts without the label are equal in it; when one of them gets it, they are not any more.
  const bool gains_on_one_side = target != nullptr && ((!side.gained.empty() && other.keeps_none) ||
                                                       (!other.gained.empty() && side.keeps_none));
  if (changed.empty() && gains_on_one_side) {
    changed = side.gained;
    changed.insert(changed.end(), other.gained.begin(), other.gained.end());
  }
  auto undecided = side.undecided;
  undecided.insert(other.undecided.begin(), other.undecided.end());
  auto& judged = result.judged;
  judged.confidence = Confidence::likely;  // Alerts that are not given here may come as well.
  if (changed.empty() && undecided.empty()) return result;
  if (changed.empty()) {
    judged.verdict = Verdict::unknown;
    judged.reason = fmt::format("What becomes of the query of {} could not be decided.",
                                fmt::join(undecided, ", "));
    return result;
  }
  const bool parts_sides =
      gains_on_one_side || (target != nullptr && ((!side.changed.empty() && other.keeps) ||
                                                  (!other.changed.empty() && side.keeps)));
  judged.verdict = parts_sides ? Verdict::narrows : Verdict::value_changed;
  for (const size_t change : changed) {
    judged.outcome.selection.affected.push_back({change, Fate::kept});
  }
  const auto& now = families.mapping().changes[changed.front()];
  judged.reason = fmt::format(
      "The alerts of {} are not told apart by `{}` any more; the labels of "
      "its logs are now {}.",
      names_of(families, changed), label, moved_labels(now));
  if (target != nullptr) {
    judged.reason = fmt::format(
        "{} `{}` of the alerts of {} is not what it was; the labels of its logs are now {}.",
        parts_sides ? "Alerts do not inhibit each other any more:" : "Alerts are compared by it:",
        label, names_of(families, changed), moved_labels(now));
  }
  const auto candidates = correspondences(families, changed, label);
  if (!candidates.empty() && !parts_sides) result.beside = candidates.front().label;
  return result;
}

namespace {

SecondOrder judge_shown_label(const FamilyIndex& families, const std::string& label,
                              const Together& together, const std::vector<JudgedRule>& alerts) {
  SecondOrder result = judge_grouping(families, label, together, nullptr, alerts);
  result.beside.clear();
  const auto& affected = result.judged.outcome.selection.affected;
  if (result.judged.verdict == Verdict::unknown || affected.empty()) return result;
  std::vector<size_t> changed;
  for (const Affected& one : affected) changed.push_back(one.change);
  result.judged.reason = fmt::format(
      "`{}` of the alerts of {} is shown here and is not what it was; the labels of its logs are "
      "now {}.",
      label, names_of(families, changed),
      moved_labels(families.mapping().changes[changed.front()]));
  return result;
}

}  // namespace

SecondOrder judge_notification(const FamilyIndex& families, const documents::Use& own,
                               const Together& together, const std::vector<JudgedRule>& alerts) {
  SecondOrder worst;
  for (const LabelMention& mention : mentions(own.kind, own.text.text())) {
    SecondOrder one = judge_shown_label(families, mention.label, together, alerts);
    if (is_worse(one.judged.verdict, worst.judged.verdict)) worst = std::move(one);
  }
  return worst;
}

}  // namespace compiler::migrate::impact
