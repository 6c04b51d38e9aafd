#include "compiler/migrate/impact/selector_rewrite.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "base/ensure.h"
#include "compiler/migrate/impact/bindings.h"
#include "compiler/migrate/impact/correspondence.h"
#include "compiler/migrate/impact/expression.h"
#include "compiler/migrate/impact/line_labels.h"
#include "compiler/migrate/impact/query_parts.h"
#include "compiler/migrate/impact/selection.h"
#include "logql/parser.h"
#include "river/schema/text.h"

namespace compiler::migrate::impact {
namespace {

constexpr size_t kCandidatesMax = 5;

/// K="v", K=~"v|w", or the opposite.
std::string matcher_text(const std::string& label, const std::set<std::string>& values,
                         bool negative) {
  if (values.size() == 1) {
    return fmt::format("{}{}{}", label, negative ? "!=" : "=", logql::quote(*values.begin()));
  }
  std::vector<std::string> parts;
  for (const auto& value : values) parts.push_back(river::schema::literal_regex(value));
  return fmt::format("{}{}{}", label, negative ? "!~" : "=~",
                     logql::quote(fmt::format("{}", fmt::join(parts, "|"))));
}

class SelectorRewriter {
 public:
  SelectorRewriter(const FamilyIndex& families, std::string_view text, const logql::LogQuery& query,
                   size_t index, const std::vector<Bindings>& choices, const RewriteLimits& limits)
      : families_(families),
        text_(text),
        query_(query),
        index_(index),
        choices_(choices),
        limits_(limits) {}

  std::optional<SelectorRewrite> rewrite(std::string& why) {
    if (!collect(why)) return std::nullopt;
    why = "no selector takes exactly what this one took";
    if (!gained_.empty() && !limits_.keeps_out_unasked && !was_kept_out()) {
      why = "nothing in it kept out what comes in; if it was written for all, this is as meant";
      return std::nullopt;
    }
    for (const auto& moved : moved_edits(true)) {
      for (const auto& kept_out : exclusions()) {
        SelectorRewrite whole{.edits = moved, .for_others = {}};
        whole.edits.insert(whole.edits.end(), kept_out.begin(), kept_out.end());
        if (!whole.edits.empty() && takes_the_same(whole.edits)) return whole;
      }
    }
    return split();
  }

 private:
  bool collect(std::string& why) {
    for (const Bindings& bindings : choices_) {
      const auto outcome = judge_lines(families_, query_, bindings);
      if (outcome.verdict == Verdict::unknown || outcome.selection.has(Fate::unsure)) {
        why = "what it takes could not be decided";
        return false;
      }
      if (outcome.is_refused) continue;
      const auto conditions = bindings.bind(query_.selector, Side::before);
      if (conditions && conditions_.empty()) conditions_ = conditions->list;
      others_ = others_ || outcome.selection.others;
      for (const Affected& one : outcome.selection.affected) {
        const bool is_lost = one.fate != Fate::gained && one.fate != Fate::kept;
        if (is_lost && conditions) note_failures(conditions->list, one.change);
        auto& changes = one.fate == Fate::gained ? gained_ : one.fate == Fate::kept ? kept_ : lost_;
        if (std::find(changes.begin(), changes.end(), one.change) == changes.end()) {
          changes.push_back(one.change);
        }
      }
    }
    if (!failing_.empty() && *failing_.rbegin() >= query_.selector.matchers.size()) {
      why = "the ad-hoc filter has to be changed with it";
      return false;
    }
    const bool comes = std::none_of(lost_.begin(), lost_.end(),
                                    [&](size_t change) { return families_.after(change).empty(); });
    if (!comes) why = "it sends no more lines";
    const bool offers_others =
        !gained_.empty() && std::any_of(choices_.begin(), choices_.end(),
                                        [](const Bindings& one) { return one.changes(); });
    if (offers_others) why = "a variable offers other values after the move";
    return comes && !offers_others;
  }

  /// The query after `edits`; `query` is nullptr when it cannot be read any more.
  struct Changed {
    logql::Parsed parsed;
    const logql::LogQuery* query = nullptr;
  };
  Changed changed(const std::vector<TextEdit>& edits) const {
    if (overlap(edits)) return {};
    Changed made{.parsed = logql::parse(edited(text_, edits))};
    if (!made.parsed.ok()) return made;
    const auto queries = parts_of(*made.parsed.expr).queries;
    if (index_ < queries.size()) made.query = queries[index_];
    return made;
  }

  /// Whether the new selector takes just what the old one took.
  bool takes_the_same(const std::vector<TextEdit>& edits) const {
    const auto made = changed(edits);
    if (made.query == nullptr) return false;
    bool is_judged = false;
    for (const Bindings& bindings : choices_) {
      const auto outcome = judge_lines(families_, query_, *made.query, bindings);
      if (outcome.is_refused && choices_.size() > 1) continue;
      is_judged = true;
      // What lines are written with is another matter.
      if (outcome.is_refused || outcome.verdict == Verdict::unknown) return false;
      if (verdict_of(outcome.selection) != Verdict::same) return false;
    }
    return is_judged;
  }

  /// Whether a matcher does not take a service after the move as it did. One that takes it in part
  /// does not fail where its label is what it was: it may come from the lines.
  bool fails_for(const Condition& condition, size_t change) const {
    const Reach reach = families_.reach({&condition, 1});
    const auto range = families_.after(change);
    if (reach.all.every(range.begin, range.end)) return false;
    return !same_values(families_.before(change), range, condition.name);
  }

  bool same_values(FamilyIndex::Range before, FamilyIndex::Range after,
                   const std::string& label) const {
    const auto& first = families_.family(before.begin).labels;
    const auto old = first.find(label);
    for (const auto range : {before, after}) {
      for (size_t i = range.begin; i < range.end; ++i) {
        const auto& labels = families_.family(i).labels;
        const auto found = labels.find(label);
        if ((found == labels.end()) != (old == first.end())) return false;
        if (old != first.end() && !(found->second == old->second)) return false;
      }
    }
    return true;
  }

  /// Whether each service that comes in was kept out by a matcher that excludes.
  bool was_kept_out() const {
    std::vector<Condition> excluding;
    for (const Bindings& bindings : choices_) add_excluding(bindings, excluding);
    return std::all_of(gained_.begin(), gained_.end(), [&](size_t change) {
      const auto range = families_.before(change);
      return std::any_of(excluding.begin(), excluding.end(), [&](const Condition& condition) {
        return !families_.reach({&condition, 1}).may.any(range.begin, range.end);
      });
    });
  }

  /// Matchers and filters on labels that let streams without the label pass.
  void add_excluding(const Bindings& bindings, std::vector<Condition>& all) const {
    auto bound = bindings.bind(query_.selector, Side::before);
    auto conditions = bound ? std::move(bound->list) : std::vector<Condition>{};
    for (const auto& stage : query_.stages) {
      const auto* filter = std::get_if<logql::LabelFilter>(&stage.what);
      if (filter == nullptr) continue;
      each_comparison(*filter, [&](const logql::LabelFilter& one) {
        const auto name = bindings.bind(one.name, Side::before);
        const auto value = bindings.bind(one.value, Side::before);
        if (name && value && one.value_kind == logql::LabelFilter::ValueKind::string)
          conditions.push_back({name->text, match_op(one.op), value->text});
      });
    }
    for (Condition& condition : conditions) {
      std::string error;
      const auto test = ValueTest::of(condition.op, condition.value, &error);
      if (test && test->accepts("")) all.push_back(std::move(condition));
    }
  }

  /// Notes the matchers, by number, that do not take a service after the move which they took: with
  /// another choice of values they may not have meant it at all.
  void note_failures(const std::vector<Condition>& conditions, size_t change) {
    for (size_t i = 0; i < conditions.size(); ++i) {
      if (fails_for(conditions[i], change)) failing_.insert(i);
    }
  }

  static bool is_positive(const Condition& condition) {
    return condition.op == logql::MatchOp::equal || condition.op == logql::MatchOp::regex;
  }

  /// Ways to say what the failing matchers said; one without edits when none fails.
  std::vector<std::vector<TextEdit>> moved_edits(bool with_others) const {
    if (lost_.empty()) return {{}};
    std::vector<std::vector<TextEdit>> ways;
    for (const size_t i : failing_) {
      if (!is_positive(conditions_[i]) || drops_variable(i)) continue;
      auto candidates = correspondences(families_, moving_streams(), conditions_[i].name);
      if (candidates.size() > kCandidatesMax) candidates.resize(kCandidatesMax);
      const auto rest = removals(i);
      for (const auto& one : candidates) {
        auto own = ways_of(query_.selector.matchers[i], one, {}, with_others);
        if (one.has_siblings && rest.empty()) {
          for (const auto& other : candidates) {
            if (other.has_siblings) continue;
            const auto narrowed = separator() + matcher_text(other.label, other.all(), false);
            auto more = ways_of(query_.selector.matchers[i], one, narrowed, with_others);
            own.insert(own.end(), more.begin(), more.end());
          }
        }
        for (auto& way : own) {
          way.insert(way.end(), rest.begin(), rest.end());
          ways.push_back(std::move(way));
        }
      }
    }
    const auto filters = filter_ways(moving_streams(), with_others);
    if (filters.empty()) return ways;
    if (ways.empty() && failing_.empty()) ways.emplace_back();
    std::vector<std::vector<TextEdit>> with_filters;
    for (const auto& way : ways) {
      for (const auto& filter : filters) {
        with_filters.push_back(way);
        with_filters.back().insert(with_filters.back().end(), filter.begin(), filter.end());
      }
    }
    return with_filters;
  }

  /// One matcher over the label that says the same, `narrowed` by another after it.
  std::vector<std::vector<TextEdit>> ways_of(const logql::Matcher& matcher,
                                             const Correspondence& one, const std::string& narrowed,
                                             bool with_others) const {
    std::vector<std::vector<TextEdit>> ways;
    const bool takes_any = is_catch_all(matcher);
    if ((one.same_values || takes_any) && with_others && matcher.name.variables.empty()) {
      ways.push_back({{matcher.name.span, one.label}});
      if (!narrowed.empty()) {
        ways.back().push_back({{matcher.span.end, matcher.span.end}, narrowed});
      }
    }
    // A list of today's values would leave out tomorrow's.
    if (!matcher.value.variables.empty() || (takes_any && with_others)) return ways;
    auto values = one.all();
    if (with_others) add_values_of_others(one.label, values);
    ways.push_back({{matcher.span, matcher_text(one.label, values, false) + narrowed}});
    return ways;
  }

  /// Whether a matcher takes every value that is there: job=~".+".
  static bool is_catch_all(const logql::Matcher& matcher) {
    if (matcher.op != logql::MatchOp::regex || !matcher.value.variables.empty()) return false;
    std::string error;
    const auto test = ValueTest::of(matcher.op, matcher.value.value, &error);
    return test && test->fit(streams::OpenValue{{"", ""}}) == Fit::always;
  }

  std::vector<size_t> moving_streams() const {
    auto moving = lost_;
    moving.insert(moving.end(), kept_.begin(), kept_.end());
    return moving;
  }

  /// Filters on a label that goes ask for the one that has its values; of what moves alone, also
  /// for the values that passed, where any value of the new label lets others pass. Empty: there
  /// are no such filters.
  std::vector<std::vector<TextEdit>> filter_ways(const std::vector<size_t>& moving,
                                                 bool with_others) const {
    std::vector<TextEdit> renamed, named;
    bool names_some = false;
    for (const auto& stage : query_.stages) {
      const auto* filter = std::get_if<logql::LabelFilter>(&stage.what);
      if (filter == nullptr) continue;
      each_comparison(*filter, [&](const logql::LabelFilter& one) {
        if (one.value_kind != logql::LabelFilter::ValueKind::string) return;
        const auto candidates = correspondences(families_, moving, one.name.value);
        if (candidates.empty() || !candidates.front().same_values) return;
        if (candidates.front().label == one.name.value) return;
        renamed.push_back({one.name.span, candidates.front().label});
        const auto values = passing_values(one, candidates.front().all());
        names_some = names_some || !values.empty();
        named.push_back(values.empty()
                            ? renamed.back()
                            : TextEdit{one.span, matcher_text(candidates.front().label, values,
                                                              /*negative=*/false)});
      });
    }
    if (renamed.empty()) return {};
    if (with_others || !names_some) return {renamed};
    return {renamed, named};
  }

  /// Of `values` those that a filter lets pass; none where it also lets lines without the label
  /// pass, or has a variable.
  static std::set<std::string> passing_values(const logql::LabelFilter& filter,
                                              const std::set<std::string>& values) {
    std::set<std::string> passing;
    std::string error;
    const auto test = ValueTest::of(match_op(filter.op), filter.value.value, &error);
    if (!filter.value.variables.empty() || !test || test->accepts("")) return passing;
    std::copy_if(values.begin(), values.end(), std::inserter(passing, passing.end()),
                 [&](const std::string& value) { return test->accepts(value); });
    return passing;
  }

  /// Streams that stay may have the new label already.
  void add_values_of_others(const std::string& label, std::set<std::string>& values) const {
    const Reach reach = families_.reach(conditions_);
    for (size_t i = families_.unchanged().begin; i < families_.unchanged().end; ++i) {
      if (!reach.some.test(i)) continue;
      const auto found = families_.family(i).labels.find(label);
      if (found == families_.family(i).labels.end()) continue;
      for (const auto& value : found->second.exact) {
        if (!value.empty()) values.insert(value);
      }
    }
  }

  /// Whether a matcher with a variable would go: then its drop-down would do nothing any more.
  bool drops_variable(size_t but) const {
    return std::any_of(failing_.begin(), failing_.end(), [&](size_t i) {
      const auto& matcher = query_.selector.matchers[i];
      return i != but && !(matcher.name.variables.empty() && matcher.value.variables.empty());
    });
  }

  /// Removes the other matchers that fail, too: no label has what they asked for. Neighbours are
  /// removed together, with the comma before them, or after them at the beginning.
  std::vector<TextEdit> removals(size_t but) const {
    std::vector<TextEdit> edits;
    const auto& matchers = query_.selector.matchers;
    const auto goes = [&](size_t i) { return i != but && failing_.contains(i); };
    for (size_t i = 0; i < matchers.size(); ++i) {
      if (!goes(i)) continue;
      const size_t first = i;
      while (i + 1 < matchers.size() && goes(i + 1)) ++i;
      if (first > 0) {
        edits.push_back({{matchers[first - 1].span.end, matchers[i].span.end}, ""});
      } else if (i + 1 < matchers.size()) {
        edits.push_back({{matchers[0].span.begin, matchers[i + 1].span.begin}, ""});
      }
    }
    return edits;
  }

  /// Ways to keep out what comes in; one without edits when nothing does.
  std::vector<std::vector<TextEdit>> exclusions() const {
    if (gained_.empty() || query_.selector.matchers.empty()) return {{}};
    std::vector<std::vector<TextEdit>> ways;
    const auto& matchers = query_.selector.matchers;
    for (const Condition& condition : conditions_) {
      auto candidates = correspondences(families_, gained_, condition.name);
      if (candidates.size() > kCandidatesMax) candidates.resize(kCandidatesMax);
      for (const auto& one : candidates) {
        const auto end = matchers.back().span.end;
        for (const auto& matcher : matchers) {
          // The matcher that kept them out, over the new label.
          const auto name = bound_name(matcher);
          if (!one.same_values || name != condition.name || !is_negative(matcher)) continue;
          const auto rest =
              text_.substr(matcher.name.span.end, matcher.span.end - matcher.name.span.end);
          ways.push_back({{{end, end}, separator() + one.label + std::string(rest)}});
        }
        ways.push_back({{{end, end}, separator() + matcher_text(one.label, one.all(), true)}});
      }
    }
    return ways;
  }

  static bool is_negative(const logql::Matcher& matcher) {
    return matcher.op == logql::MatchOp::not_equal || matcher.op == logql::MatchOp::not_regex;
  }
  std::string bound_name(const logql::Matcher& matcher) const {
    const auto name = choices_.front().bind(matcher.name, Side::before);
    return name ? name->text : "";
  }

  /// As it is written between the matchers that are there.
  std::string separator() const {
    const auto& matchers = query_.selector.matchers;
    if (matchers.size() < 2) return ", ";
    const auto from = matchers[0].span.end;
    return std::string(text_.substr(from, matchers[1].span.begin - from));
  }

  /// One selector for what moves, another for the rest.
  std::optional<SelectorRewrite> split() const {
    if (lost_.empty() || !kept_.empty() || !others_) return std::nullopt;
    for (const auto& moved : moved_edits(false)) {
      for (const auto& kept_out : exclusions()) {
        if (!together_the_same(moved, kept_out)) continue;
        return SelectorRewrite{.edits = moved, .is_split = true, .for_others = kept_out};
      }
    }
    return std::nullopt;
  }

  std::optional<Reach> reach_with(const std::vector<TextEdit>& edits,
                                  const Bindings& bindings) const {
    const auto made = changed(edits);
    if (made.query == nullptr) return std::nullopt;
    return reach_of_lines(families_, *made.query, bindings, Side::after);
  }

  /// Whether the query with `edits` takes all lines that get lost, its filters included.
  bool takes_all_lost(const std::vector<TextEdit>& edits, const Bindings& bindings) const {
    const auto made = changed(edits);
    if (made.query == nullptr) return false;
    const auto outcome = judge_lines(families_, query_, *made.query, bindings);
    const auto& affected = outcome.selection.affected;
    return outcome.verdict != Verdict::unknown &&
           std::none_of(affected.begin(), affected.end(),
                        [](const Affected& one) { return one.fate != Fate::kept; });
  }

  bool together_the_same(const std::vector<TextEdit>& moved,
                         const std::vector<TextEdit>& others) const {
    for (const Bindings& bindings : choices_) {
      const auto before = reach_of_lines(families_, query_, bindings, Side::before);
      auto first = reach_with(moved, bindings);
      const auto second = reach_with(others, bindings);
      if (!before || !first || !second) return false;
      if (!takes_all_lost(moved, bindings)) return false;
      first->all |= second->all;
      first->some |= second->some;
      first->may |= second->may;
      first->partly.insert(first->partly.end(), second->partly.begin(), second->partly.end());
      if (verdict_of(select(families_, *before, *first)) != Verdict::same) return false;
    }
    return true;
  }

  const FamilyIndex& families_;
  std::string_view text_;
  const logql::LogQuery& query_;
  size_t index_;
  const std::vector<Bindings>& choices_;
  const RewriteLimits& limits_;
  std::vector<Condition> conditions_;
  std::set<size_t> failing_;
  std::vector<size_t> lost_, gained_, kept_;
  bool others_ = false;
};

}  // namespace

namespace {

/// What is inserted at a place comes before what is replaced from there on.
void sort_by_place(std::vector<TextEdit>& edits) {
  std::stable_sort(edits.begin(), edits.end(), [](const TextEdit& a, const TextEdit& b) {
    return std::pair(a.span.begin, a.span.end) < std::pair(b.span.begin, b.span.end);
  });
}

}  // namespace

bool overlap(std::vector<TextEdit> edits) {
  sort_by_place(edits);
  for (size_t i = 1; i < edits.size(); ++i) {
    if (edits[i].span.begin < edits[i - 1].span.end) return true;
  }
  return false;
}

std::string edited(std::string_view text, std::vector<TextEdit> edits) {
  ENSURE(!overlap(edits));
  sort_by_place(edits);
  std::string result;
  size_t at = 0;
  for (const auto& edit : edits) {
    result += text.substr(at, edit.span.begin - at);
    result += edit.text;
    at = edit.span.end;
  }
  return result + std::string(text.substr(at));
}

std::optional<SelectorRewrite> rewrite_selector(const FamilyIndex& families, std::string_view text,
                                                const logql::LogQuery& query, size_t index,
                                                const std::vector<Bindings>& choices,
                                                const RewriteLimits& limits, std::string& why) {
  return SelectorRewriter(families, text, query, index, choices, limits).rewrite(why);
}

}  // namespace compiler::migrate::impact
