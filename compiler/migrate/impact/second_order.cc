#include "compiler/migrate/impact/second_order.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <set>

#include "compiler/migrate/impact/correspondence.h"
#include "compiler/migrate/impact/readers.h"
#include "compiler/migrate/impact/selection.h"
#include "logql/parser.h"

namespace compiler::migrate::impact {
namespace {

/// Whether the query adds all series up without naming a label.
bool is_added_up(std::string_view text) {
  static const re2::RE2 aggregation(
      R"((?i)\b(sum|avg|min|max|count|group|stddev|stdvar|quantile)\s*\()");
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), aggregation);
}

/// Whether a value stands in for series that are not there.
bool has_default(std::string_view text) {
  static const re2::RE2 vector(R"((?i)\bor\b\s*(on\s*\(\s*\)\s*)?\(*\s*vector\s*\()");
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), vector);
}

class PromqlJudge {
 public:
  PromqlJudge(const FamilyIndex& families, std::string_view text, const Recorded& recorded)
      : families_(families), text_(text), recorded_(recorded), query_(logql::promql::parse(text)) {}

  SecondOrder judge() {
    if (!query_.errors.empty()) return not_read();
    for (size_t i = 0; i < query_.selectors.size(); ++i) judge_selector(i);
    judge_labels();
    const Verdict verdict = result_.judged.verdict;
    if ((verdict == Verdict::empty || verdict == Verdict::narrows) && has_default(text_))
      result_.judged.reason +=
          " `or vector(...)` hides this: the value of the literal is shown instead of nothing.";
    if (!not_given_.empty()) {
      result_.edits.clear();
      result_.judged.reason += fmt::format(
          " No change is proposed: the rule that records it would not give `{}`.", not_given_);
    } else if (takes_others_) {
      result_.edits.clear();
      result_.judged.reason +=
          " No change is proposed: over the new label it would not take the same series.";
    } else if (const auto* other = other_series(); other != nullptr && !result_.edits.empty()) {
      result_.edits.clear();
      result_.judged.reason += fmt::format(
          " No change is proposed: {} beside it is not recorded from these logs and keeps its "
          "labels.",
          other->empty() ? "a selector without a name" : fmt::format("`{}`", *other));
    }
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

  /// The rules whose series a selector can read: by its name, or by its matchers of __name__. What
  /// names no series reads those of metrics as well.
  std::vector<const JudgedRule*> rules_of(const logql::promql::VectorSelector& selector,
                                          Taken& taken) const {
    std::vector<const JudgedRule*> rules;
    const auto take = [&](const std::vector<JudgedRule>& of_name) {
      for (const JudgedRule& rule : of_name) rules.push_back(&rule);
    };
    if (!selector.name.value.empty()) {
      if (const auto found = recorded_.find(selector.name.value); found != recorded_.end())
        take(found->second);
      return rules;
    }
    std::vector<ValueTest> tests;
    bool is_one_name = false, says_which = false;
    for (const auto& matcher : selector.matchers) {
      if (matcher.name.value != "__name__" || !matcher.value.variables.empty()) continue;
      std::string error;
      const auto test = ValueTest::of(matcher.op, matcher.value.value, &error);
      if (!test) return rules;
      tests.push_back(*test);
      is_one_name = is_one_name || matcher.op == logql::MatchOp::equal;
      says_which = says_which || is_one_name || matcher.op == logql::MatchOp::regex;
    }
    for (const auto& [name, of_name] : recorded_)
      if (std::all_of(tests.begin(), tests.end(),
                      [&, &n = name](const ValueTest& test) { return test.accepts(n); }))
        take(of_name);
    taken.estimated = taken.estimated || !is_one_name;
    taken.metrics = taken.metrics || !says_which;
    return rules;
  }

  void judge_selector(size_t index) {
    const auto& selector = query_.selectors[index];
    Taken taken;
    const std::vector<const JudgedRule*> rules = rules_of(selector, taken);
    if (rules.empty()) return;
    // Of several that it may read: one that changes.
    const auto changing = std::find_if(rules.begin(), rules.end(), [](const JudgedRule* rule) {
      return rule->judged->verdict != Verdict::same;
    });
    const std::string& series = (changing != rules.end() ? *changing : rules.front())->rule->name;
    result_.judged.outcome.is_metric = true;  // Of logs, even where its matchers take nothing.
    std::vector<PlacedCondition> conditions;
    for (const auto& matcher : selector.matchers) {
      if (matcher.name.value == "__name__") continue;
      // A variable can be any of the values: it keeps nothing out for sure.
      taken.estimated = taken.estimated || !matcher.value.variables.empty();
      if (!matcher.value.variables.empty()) continue;
      conditions.push_back({{matcher.name.value, matcher.op, matcher.value.value},
                            matcher.name.span,
                            matcher.value.span});
    }
    std::vector<Condition> tests;
    for (const PlacedCondition& placed : conditions) tests.push_back(placed.condition);
    const Matching matching(families_, tests);
    const Reading reading = reading_at(text_, selector.span.begin);
    for (const JudgedRule* rule : rules) {
      matching.add(*rule, false, taken);
      if (reading == Reading::absent) continue;  // Its labels are those of the matchers.
      contribute(*rule, matching);
      kept_by_.push_back(rule->judged);
      read_.push_back(rule);
    }
    auto judged = judged_of(families_, taken, fmt::format("Series `{}`", series));
    if (!judged.reason.empty())
      judged.reason = fmt::format("{}`{}` is recorded from logs. {}",
                                  reading_sentence(reading, judged.verdict), series, judged.reason);
    judged.verdict = read_as(reading, judged.verdict);
    const bool is_undecided = std::any_of(rules.begin(), rules.end(), [](const JudgedRule* rule) {
      return rule->judged->verdict == Verdict::unknown;
    });
    if (is_undecided && !finds_others(judged.verdict)) {
      judged.verdict = Verdict::unknown;
      judged.reason = fmt::format(
          "`{}` is recorded from logs by a query for which the change could not be decided.",
          series);
    }
    // Series of other streams keep the old label.
    if (!taken.others && takes_again(rules, taken, tests))
      judged.reason += " With the change of the rule that records it, it takes them as before.";
    else if (!taken.others)
      rename(rules, taken, conditions);
    auto& all = result_.judged;
    all.verdict = worse(all.verdict, judged.verdict);
    all.confidence = std::max(all.confidence, judged.confidence);
    if (!all.reason.empty() && !judged.reason.empty()) all.reason += ' ';
    all.reason += judged.reason;
    auto& affected = all.outcome.selection.affected;
    affected.insert(affected.end(), taken.affected.begin(), taken.affected.end());
    all.outcome.selection.others = all.outcome.selection.others || taken.others;
  }

  /// Whether matchers that are not empty take what is lost as soon as the rules are changed as
  /// proposed.
  bool takes_again(const std::vector<const JudgedRule*>& rules, const Taken& taken,
                   const std::vector<Condition>& conditions) const {
    const auto lost = taken.with_fate(Fate::lost);
    if (lost.empty() || conditions.empty()) return false;
    const Matching matching(families_, conditions);
    return std::all_of(rules.begin(), rules.end(), [&](const JudgedRule* rule) {
      const auto& all = rule->judged->outcome.contributions;
      return rule->edited != nullptr &&
             std::all_of(all.begin(), all.end(), [&](const Contribution& one) {
               const bool is_lost = std::find(lost.begin(), lost.end(), one.change) != lost.end();
               return !is_lost || matching.extent_of(series_after(*rule, one), *rule->rule).all;
             });
    });
  }

  /// Names the labels that say the same in a selector's matchers, unless they then take series that
  /// the old ones did not take, or leave some out.
  void rename(const std::vector<const JudgedRule*>& rules, const Taken& taken,
              const std::vector<PlacedCondition>& conditions) {
    std::vector<Condition> before, after;
    std::vector<TextEdit> edits;
    for (const PlacedCondition& placed : conditions) {
      before.push_back(placed.condition);
      after.push_back(placed.condition);
      const auto instead = renamed(families_, taken, placed);
      if (!instead || !is_given(rules, placed.condition.name, instead->condition.name)) continue;
      after.back() = instead->condition;
      edits.insert(edits.end(), instead->edits.begin(), instead->edits.end());
    }
    const bool same = std::all_of(rules.begin(), rules.end(), [&](const JudgedRule* rule) {
      return takes_the_same(*rule, before, after);
    });
    if (!edits.empty() && !same) takes_others_ = true;
    if (same) result_.edits.insert(result_.edits.end(), edits.begin(), edits.end());
  }

  bool takes_the_same(const JudgedRule& rule, const std::vector<Condition>& before,
                      const std::vector<Condition>& after) const {
    const Matching old_matching(families_, before), new_matching(families_, after);
    if (new_matching.takes_others(rule)) return false;
    const auto& all = rule.judged->outcome.contributions;
    // What PromQL that is proposed for a rule would give is not known.
    return rule.edited == nullptr ||
           std::all_of(all.begin(), all.end(), [&](const Contribution& one) {
             return old_matching.extent_of(one.before, *rule.rule).may ==
                    new_matching.extent_of(series_after(rule, one), *rule.rule).may;
           });
  }

  /// The name of series that no rule records from logs that move; nullptr: there are none. What
  /// they are matched or put together with by the labels that the edits rename is not followed.
  const std::string* other_series() const {
    for (const auto& selector : query_.selectors) {
      const auto found = recorded_.find(selector.name.value);
      const bool changes =
          found != recorded_.end() &&
          std::any_of(found->second.begin(), found->second.end(),
                      [](const JudgedRule& rule) { return rule.judged->verdict != Verdict::same; });
      if (!changes) return &selector.name.value;
    }
    return nullptr;
  }

  /// Whether the rules will give the label that takes the place of another.
  bool is_given(const std::vector<const JudgedRule*>& rules, const std::string& old,
                const std::string& label) {
    const bool all = std::all_of(rules.begin(), rules.end(), [&](const JudgedRule* rule) {
      return gives_label(families_, *rule, old, label);
    });
    if (!all) not_given_ = label;
    return all;
  }

  /// The series of a rule that its matchers may take, with the labels that the rule gives them.
  void contribute(const JudgedRule& rule, const Matching& matching) {
    for (const Contribution& one : rule.judged->outcome.contributions) {
      Contribution taken{.change = one.change, .before = {}, .after = {}};
      // Where it takes none any more, all are given: see Contribution.
      const auto take = [&](const std::vector<SeriesPtr>& from, std::vector<SeriesPtr>& to,
                            bool all) {
        for (const SeriesPtr& series : from) {
          if (!all && !matching.extent_of(*series, *rule.rule).may) continue;
          auto labelled = std::make_shared<SeriesLabels>(*series);
          for (const auto& [name, value] : rule.rule->labels) {
            labelled->named[name] = {
                .kind = LabelSource::Kind::stream, .values = streams::Values::of(value), .id = {}};
          }
          to.push_back(std::move(labelled));
        }
      };
      take(one.before, taken.before, false);
      take(one.after, taken.after, false);
      if (!taken.before.empty() && taken.after.empty()) take(one.after, taken.after, true);
      if (!taken.before.empty() || !taken.after.empty()) contributions_.push_back(std::move(taken));
    }
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
    const bool is_given =
        !candidates.empty() && std::all_of(read_.begin(), read_.end(), [&](const JudgedRule* rule) {
          return gives_label(families_, *rule, label.value, candidates.front().label);
        });
    if (!fate.others_have_it && is_given) {
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
  std::string not_given_;
  bool takes_others_ = false;
  std::vector<Contribution> contributions_;
  std::vector<const JudgedQuery*> kept_by_;
  std::vector<const JudgedRule*> read_;
};

}  // namespace

SecondOrder judge_promql(const FamilyIndex& families, std::string_view text,
                         const Recorded& recorded) {
  if (recorded.empty()) return {};
  return PromqlJudge(families, text, recorded).judge();
}

}  // namespace compiler::migrate::impact
