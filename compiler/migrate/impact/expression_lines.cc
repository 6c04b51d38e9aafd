#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "compiler/migrate/impact/expression.h"
#include "compiler/migrate/impact/selection.h"

namespace compiler::migrate::impact {
namespace {

/// One side of a query: what its selector reaches, and what its stages make of it.
struct QuerySide {
  std::vector<Condition> conditions;
  Reach selected;                      ///< by the selector alone
  Reach reached;                       ///< after the filters on labels
  std::map<size_t, LineLabels> lines;  ///< of families that move, where there are stages
};

bool accepts_absence(const Condition& condition) {
  std::string error;
  const auto test = ValueTest::of(condition.op, condition.value, &error);
  return test && test->accepts("");
}

void restrict(Reach& reach, size_t family, const Extent& passes) {
  if (!passes.all) reach.all.reset(family);
  if (!passes.some) reach.some.reset(family);
  if (!passes.may) reach.may.reset(family);
}

class LogQueryJudge {
 public:
  LogQueryJudge(const FamilyIndex& families, const logql::LogQuery& before,
                const logql::LogQuery& after, const Bindings& bindings)
      : families_(families), old_query_(before), new_query_(after), bindings_(bindings) {}

  Outcome judge(LineText text) {
    if (!fill(before_, Side::before) || !fill(after_, Side::after)) {
      return give_up(fmt::format("The selector has a variable whose values are not known{}.",
                                 unknown_variables()));
    }
    if (!before_.selected.error.empty()) return give_up(before_.selected.error + ".");
    if (!after_.selected.error.empty()) return give_up(after_.selected.error + ".");
    if (std::all_of(before_.conditions.begin(), before_.conditions.end(), accepts_absence)) {
      // As before the move: the labels of streams have no part in it.
      outcome_.is_refused = true;
      outcome_.reasons.emplace_back(
          "Loki refuses a selector in which every matcher accepts the empty value, before the move "
          "and after it.");
      return std::move(outcome_);
    }
    for (const size_t change : touched()) {
      follow_lines(before_, Side::before, families_.before(change));
      follow_lines(after_, Side::after, families_.after(change));
    }
    if (!unknown_.empty()) return give_up(fmt::format("Not decided: {}.", unknown_));
    outcome_.selection = select(families_, before_.reached, after_.reached);
    const bool may_part_others =
        &old_query_ != &new_query_ || verdict_of(outcome_.selection) == Verdict::narrows;
    if (!has_no_stages() && may_part_others) {
      // What remains may be streams that a filter on a label keeps out: then nothing remains.
      filter_others(before_, Side::before);
      filter_others(after_, Side::after);
      outcome_.selection = select(families_, before_.reached, after_.reached);
    }
    // Two stages may give such a label other values on the two ways of the lines.
    outcome_.selection.estimated = outcome_.selection.estimated || reads_unknown_;
    outcome_.others = before_.reached.may;
    outcome_.others &= after_.reached.may;
    compare_filters();
    contribute();
    outcome_.verdict = verdict_of(outcome_.selection);
    explain_all();
    if (text == LineText::matters) compare_shown();
    return std::move(outcome_);
  }

 private:
  const logql::LogQuery& query(Side side) const {
    return side == Side::before ? old_query_ : new_query_;
  }
  bool has_no_stages() const { return old_query_.stages.empty() && new_query_.stages.empty(); }

  Outcome give_up(std::string reason) {
    outcome_.verdict = Verdict::unknown;
    outcome_.reasons.push_back(std::move(reason));
    return std::move(outcome_);
  }

  std::string unknown_variables() const {
    std::set<std::string> names;
    for (const auto& variable : old_query_.selector.variables) names.insert(variable.written);
    for (const auto& matcher : old_query_.selector.matchers) {
      for (const auto* text : {&matcher.name, &matcher.value}) {
        if (bindings_.bind(*text, Side::before)) continue;
        for (const auto& variable : text->variables) names.insert(variable.written);
      }
    }
    return names.empty() ? "" : fmt::format(" ({})", fmt::join(names, ", "));
  }

  bool fill(QuerySide& half, Side side) {
    auto bound = bindings_.bind(query(side).selector, side);
    if (!bound) return false;
    half.conditions = std::move(bound->list);
    if (side == Side::after && bound->possible && half.conditions == before_.conditions) {
      half.selected = before_.selected;
    } else if (bound->possible) {
      half.selected = families_.reach(half.conditions);
    } else {
      half.selected = {
          Bits(families_.size()), Bits(families_.size()), Bits(families_.size()), {}, {}};
    }
    half.reached = half.selected;
    return true;
  }

  /// The changes that the selector takes something of, before or after.
  std::vector<size_t> touched() const {
    std::vector<size_t> changes;
    if (has_no_stages()) return changes;
    for (size_t change = 0; change < families_.mapping().changes.size(); ++change) {
      const auto old_range = families_.before(change), new_range = families_.after(change);
      if (before_.selected.may.any(old_range.begin, old_range.end) ||
          after_.selected.may.any(new_range.begin, new_range.end)) {
        changes.push_back(change);
      }
    }
    return changes;
  }

  void follow_lines(QuerySide& half, Side side, FamilyIndex::Range range) {
    for (size_t i = range.begin; i < range.end; ++i) {
      auto lines = follow(families_, query(side), bindings_, side, families_.family(i));
      if (!lines.unknown.empty()) unknown_ = lines.unknown;
      restrict(half.reached, i, lines.passes);
      for (const auto& [name, source] : lines.read) {
        const bool is_unknown =
            source.kind == LabelSource::Kind::stream && !source.values.open.empty();
        reads_unknown_ = reads_unknown_ || (is_unknown && !lines.passes.all && lines.passes.may);
      }
      half.lines.emplace(i, std::move(lines));
    }
  }

  /// Filters on labels, for the streams that the move leaves alone.
  void filter_others(QuerySide& half, Side side) const {
    const auto range = families_.unchanged();
    for (size_t i = range.begin; i < range.end; ++i) {
      if (!half.selected.may.test(i)) continue;
      const auto lines = follow(families_, query(side), bindings_, side, families_.family(i));
      if (lines.unknown.empty()) restrict(half.reached, i, lines.passes);
    }
  }

  /// What filters on lines depend on, of the families that are reached.
  std::set<std::string> depends(const QuerySide& half, FamilyIndex::Range range) const {
    std::set<std::string> all;
    for (size_t i = range.begin; i < range.end; ++i) {
      const auto found = half.lines.find(i);
      if (found == half.lines.end() || !half.reached.may.test(i)) continue;
      // That a proposal's templates write what these do is found out apart.
      const bool is_compared = &old_query_ == &new_query_;
      all.insert(found->second.depends + (is_compared ? found->second.text_depends : ""));
    }
    return all;
  }

  /// Streams that are taken on both sides, but with filters that read something else.
  void compare_filters() {
    for (Affected& one : outcome_.selection.affected) {
      const auto old_range = families_.before(one.change), new_range = families_.after(one.change);
      const auto now = depends(after_, new_range);
      if (one.fate == Fate::gained) {
        // A filter kept them out by a label of the stream; now it reads what the line holds.
        const bool by_filter = before_.selected.may.any(old_range.begin, old_range.end);
        if (!by_filter || now.empty() || now == std::set<std::string>{""}) continue;
      } else if ((one.fate != Fate::kept && one.fate != Fate::partly_lost) ||
                 depends(before_, old_range) == now) {
        continue;
      }
      one.fate = Fate::unsure;
      for (const auto& label : differing(one.change, &LineLabels::read)) {
        filters_[fmt::format("a filter reads `{}`, which {}", label,
                             what_becomes(one.change, label))]
            .push_back(one.change);
      }
    }
  }

  using Read = std::map<std::string, LabelSource> LineLabels::*;

  /// Labels that `field` of the lines holds and that have another source after the move.
  std::set<std::string> differing(size_t change, Read field) const {
    std::set<std::string> labels;
    const auto each = [&](const QuerySide& half, FamilyIndex::Range range, auto&& visit) {
      for (size_t i = range.begin; i < range.end; ++i) {
        const auto found = half.lines.find(i);
        if (found != half.lines.end()) visit(found->second.*field);
      }
    };
    std::map<std::string, std::set<std::string>> old_keys, new_keys;
    each(before_, families_.before(change), [&](const auto& sources) {
      for (const auto& [name, source] : sources) old_keys[name].insert(key_of(source));
    });
    each(after_, families_.after(change), [&](const auto& sources) {
      for (const auto& [name, source] : sources) new_keys[name].insert(key_of(source));
    });
    for (const auto& [name, keys] : old_keys) {
      if (new_keys[name] != keys) labels.insert(name);
    }
    return labels;
  }

  std::string what_becomes(size_t change, const std::string& label) const {
    const auto range = families_.after(change);
    const auto is_stream = [&](FamilyIndex::Range r) {
      for (size_t i = r.begin; i < r.end; ++i) {
        if (families_.family(i).labels.contains(label)) return true;
      }
      return false;
    };
    const bool was = is_stream(families_.before(change)), is = is_stream(range);
    if (was && !is) {
      return "was the stream's label; after the move it is what a parser finds in the line";
    }
    if (!was && is) {
      return "was found in the line; after the move it is the stream's label, and what a parser "
             "finds is called so with _extracted";
    }
    return "has other values after the move";
  }

  void contribute() {
    for (const Affected& one : outcome_.selection.affected) {
      Contribution contribution{.change = one.change, .before = {}, .after = {}};
      collect(before_, families_.before(one.change), contribution.before);
      collect(after_, families_.after(one.change), contribution.after);
      outcome_.contributions.push_back(std::move(contribution));
    }
  }

  void collect(const QuerySide& half, FamilyIndex::Range range,
               std::vector<SeriesPtr>& series) const {
    const bool takes = half.reached.may.any(range.begin, range.end);
    for (size_t i = range.begin; i < range.end; ++i) {
      if (takes && !half.reached.may.test(i)) continue;
      const auto found = half.lines.find(i);
      if (found == half.lines.end()) {
        series.push_back(families_.labels(i));
        continue;
      }
      series.push_back(std::make_shared<SeriesLabels>(series_labels(found->second)));
    }
  }

  /// A filter may be the cause where the selector itself is not.
  void explain_all() {
    Selection by_selector = outcome_.selection;
    auto& list = by_selector.affected;
    list.clear();
    for (const Affected& one : outcome_.selection.affected) {
      const auto old_range = families_.before(one.change), new_range = families_.after(one.change);
      const bool was = before_.selected.may.any(old_range.begin, old_range.end);
      const bool is = after_.selected.all.every(new_range.begin, new_range.end);
      const bool by_filter = !has_no_stages() && was && is && one.fate != Fate::kept;
      if (!by_filter) {
        list.push_back(one);
        continue;
      }
      if (one.fate == Fate::unsure && !filters_.empty()) continue;
      for (const auto& label : differing(one.change, &LineLabels::read)) {
        const auto* does = one.fate == Fate::gained ? "lets lines pass that it kept out"
                           : one.fate == Fate::lost ? "lets nothing pass"
                                                    : "lets other lines pass";
        filters_[fmt::format("the filter on `{}` {}: the label is not what it was", label, does)]
            .push_back(one.change);
      }
    }
    outcome_.reasons = explain(families_, by_selector, before_.conditions);
    for (const auto& [what, changes] : filters_) {
      const streams::Change& first = families_.mapping().changes[changes.front()];
      outcome_.reasons.push_back(fmt::format("For {} {}. Its streams are now {}.",
                                             names_of(families_, changes), what,
                                             moved_labels(first)));
    }
    if (outcome_.selection.others_lost) {
      outcome_.reasons.emplace_back("Values that the variable offers today are gone.");
    }
  }

  /// Templates that write labels into the lines.
  void compare_shown() {
    if (is_worse(outcome_.verdict, Verdict::value_changed)) return;
    std::map<std::string, std::vector<size_t>> shown;
    for (const Affected& one : outcome_.selection.affected) {
      if (one.fate != Fate::kept) continue;
      for (const auto& label : differing(one.change, &LineLabels::shown)) {
        shown[label].push_back(one.change);
      }
    }
    for (const auto& [label, changes] : shown) {
      outcome_.verdict = Verdict::value_changed;
      outcome_.reasons.push_back(fmt::format("Lines are written with `{}`, which changes for {}.",
                                             label, names_of(families_, changes)));
    }
  }

  const FamilyIndex& families_;
  const logql::LogQuery& old_query_;
  const logql::LogQuery& new_query_;
  const Bindings& bindings_;
  QuerySide before_, after_;
  Outcome outcome_;
  std::string unknown_;
  bool reads_unknown_ = false;
  std::map<std::string, std::vector<size_t>> filters_;
};

}  // namespace

Outcome judge_lines(const FamilyIndex& families, const logql::LogQuery& query,
                    const Bindings& bindings, LineText text) {
  return LogQueryJudge(families, query, query, bindings).judge(text);
}

Outcome judge_lines(const FamilyIndex& families, const logql::LogQuery& before,
                    const logql::LogQuery& after, const Bindings& bindings) {
  return LogQueryJudge(families, before, after, bindings).judge(LineText::matters);
}

std::optional<Reach> reach_of_lines(const FamilyIndex& families, const logql::LogQuery& query,
                                    const Bindings& bindings, Side side) {
  const auto bound = bindings.bind(query.selector, side);
  if (!bound || !bound->possible) return std::nullopt;
  Reach reach = families.reach(bound->list);
  for (size_t i = 0; i < families.size() && !query.stages.empty(); ++i) {
    if (!reach.may.test(i)) continue;
    const auto lines = follow(families, query, bindings, side, families.family(i));
    if (!lines.unknown.empty()) return std::nullopt;
    restrict(reach, i, lines.passes);
  }
  return reach;
}

}  // namespace compiler::migrate::impact
