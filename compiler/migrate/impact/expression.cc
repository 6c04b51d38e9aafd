#include "compiler/migrate/impact/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "compiler/migrate/impact/selection.h"

namespace compiler::migrate::impact {
namespace {

bool keeps_series(std::string_view function) {
  static const std::set<std::string_view> functions = {"topk", "bottomk", "approx_topk", "sort",
                                                       "sort_desc"};
  return functions.contains(function);
}

void add_new(std::vector<SeriesPtr>& all, const SeriesPtr& one) {
  const bool known = std::any_of(all.begin(), all.end(), [&](const SeriesPtr& other) {
    return other == one || *other == *one;
  });
  if (!known) all.push_back(one);
}

bool is_subset(const std::vector<SeriesPtr>& part, const std::vector<SeriesPtr>& whole) {
  return std::all_of(part.begin(), part.end(), [&](const SeriesPtr& one) {
    return std::any_of(whole.begin(), whole.end(),
                       [&](const SeriesPtr& other) { return other == one || *other == *one; });
  });
}

bool same_series(const std::vector<SeriesPtr>& a, const std::vector<SeriesPtr>& b) {
  return is_subset(a, b) && is_subset(b, a);
}

/// One text for equal labels, another for others.
std::string text_of(const SeriesLabels& labels) {
  std::string text = labels.open ? "open" : "";
  for (const auto& [name, source] : labels.named)
    text += fmt::format("{}:{}{};", name.size(), name, key_of(source));
  return text;
}

/// The contributions of one side by their change.
std::unordered_map<size_t, const Contribution*> by_change(const Outcome& side) {
  std::unordered_map<size_t, const Contribution*> found;
  for (const Contribution& one : side.contributions) found.try_emplace(one.change, &one);
  return found;
}

class ExpressionJudge {
 public:
  ExpressionJudge(const FamilyIndex& families, const Bindings& bindings)
      : families_(families), bindings_(bindings) {}

  Outcome of(const logql::Expr& expr) const {
    Outcome outcome = std::visit([&](const auto& what) { return (*this)(what); }, expr.what);
    if (outcome.others.empty()) outcome.others = Bits(families_.size());
    return outcome;
  }

  Outcome operator()(const logql::LogQuery& query) const {
    return judge_lines(families_, query, bindings_);
  }
  Outcome operator()(const logql::Paren& paren) const { return of(*paren.inner); }
  Outcome operator()(const logql::Number&) const { return literal(); }
  Outcome operator()(const logql::VectorLiteral&) const { return literal(); }
  Outcome operator()(const logql::ExprVariable& expr) const {
    Outcome outcome;
    outcome.verdict = Verdict::unknown;
    outcome.reasons.push_back(
        fmt::format("The variable {} stands for an expression.", expr.variable.written));
    return outcome;
  }

  Outcome operator()(const logql::Variants& variants) const {
    Outcome all = judge_lines(families_, variants.query, bindings_, LineText::ignored);
    for (const auto& expr : variants.expressions) {
      Outcome one = of(*expr);
      all.verdict = worse(all.verdict, one.verdict);
      add_reasons(all, one);
    }
    all.is_metric = true;
    return all;
  }

  Outcome operator()(const logql::RangeAggregation& range) const {
    const auto text = range.function.starts_with("bytes_") ? LineText::matters : LineText::ignored;
    Outcome outcome = judge_lines(families_, range.query, bindings_, text);
    outcome.is_metric = true;
    if (range.function == "absent_over_time") return absent(std::move(outcome));
    if (range.grouping) group(outcome, *range.grouping);
    return outcome;
  }

  Outcome operator()(const logql::VectorAggregation& aggregation) const {
    Outcome outcome = of(*aggregation.operand);
    const auto& function = aggregation.function;
    if (function == "sort" || function == "sort_desc") return outcome;
    if (keeps_series(function)) return outcome;
    group(outcome, aggregation.grouping.value_or(logql::Grouping{}));
    return outcome;
  }

  Outcome operator()(const logql::LabelReplace& replace) const {
    Outcome outcome = of(*replace.operand);
    const auto change = [&](std::vector<SeriesPtr>& all, Side side) {
      const auto from = bindings_.bind(replace.source, side);
      const auto to = bindings_.bind(replace.destination, side);
      if (!from || !to) {
        outcome.verdict = worse(outcome.verdict, Verdict::unknown);
        outcome.reasons.emplace_back("label_replace has a variable whose values are not known.");
        return;
      }
      for (SeriesPtr& series : all) {
        auto made = std::make_shared<SeriesLabels>(*series);
        const auto source = project(families_, *series, {from->text}, false).named;
        const auto key = source.empty() ? std::string("absent") : key_of(source.begin()->second);
        made->named[to->text] = {
            .kind = LabelSource::Kind::made,
            .values = {},
            .id = fmt::format("{}/{}/{}", key, replace.regex.value, replace.replacement.value)};
        series = std::move(made);
      }
    };
    for (Contribution& one : outcome.contributions) {
      change(one.before, Side::before);
      change(one.after, Side::after);
    }
    return outcome;
  }

  Outcome operator()(const logql::Binary& binary) const {
    Outcome left = of(*binary.left), right = of(*binary.right);
    if (left.is_literal && right.is_literal) return left;
    // Loki refuses the whole text.
    if (left.is_refused) return left;
    if (right.is_refused) return right;
    if (is_joint_absence(binary)) return all_absent(std::move(left), std::move(right));
    if (binary.op == "or") return either(std::move(left), std::move(right));
    if (right.is_literal) return left;
    if (left.is_literal) return right;
    if (binary.op == "unless") excluded(right);
    return both(binary, std::move(left), std::move(right));
  }

 private:
  static Outcome literal() {
    Outcome outcome;
    outcome.is_literal = true;
    outcome.is_metric = true;
    return outcome;
  }

  static void add_reasons(Outcome& to, const Outcome& from) {
    for (const auto& reason : from.reasons) {
      if (std::find(to.reasons.begin(), to.reasons.end(), reason) == to.reasons.end()) {
        to.reasons.push_back(reason);
      }
    }
  }

  /// What is missing makes it fire.
  static Outcome absent(Outcome outcome) {
    if (outcome.verdict == Verdict::empty && !outcome.is_refused) {
      outcome.verdict = Verdict::widens;
      outcome.reasons.insert(outcome.reasons.begin(),
                             "absent_over_time gives 1 from now on: what it watches is gone.");
    } else if (outcome.verdict == Verdict::narrows) {
      outcome.verdict = Verdict::widens;
      outcome.reasons.insert(
          outcome.reasons.begin(),
          "absent_over_time gives 1 when the rest is silent: a part of what it watches is gone.");
    } else if (outcome.verdict == Verdict::widens) {
      outcome.reasons.insert(outcome.reasons.begin(),
                             "absent_over_time is kept quiet by streams it did not watch before.");
    }
    outcome.contributions.clear();
    outcome.is_plain = false;
    return outcome;
  }

  /// absent_over_time(...) and on() absent_over_time(...): what the two watch is named otherwise.
  static bool is_joint_absence(const logql::Binary& binary) {
    const bool needs_no_label =
        binary.matching && !binary.matching->without && binary.matching->labels.empty();
    return binary.op == "and" && needs_no_label && is_absence(*binary.left) &&
           is_absence(*binary.right);
  }

  static bool is_absence(const logql::Expr& expr) {
    if (const auto* paren = std::get_if<logql::Paren>(&expr.what)) return is_absence(*paren->inner);
    if (const auto* range = std::get_if<logql::RangeAggregation>(&expr.what))
      return range->function == "absent_over_time";
    const auto* binary = std::get_if<logql::Binary>(&expr.what);
    return binary != nullptr && is_joint_absence(*binary);
  }

  /// What both sides of `and` watch must be silent: they watch the streams of both.
  static Outcome all_absent(Outcome left, Outcome right) {
    Outcome all = std::move(left);
    all.selection = united(all.selection, right.selection);
    const bool is_undecided = all.verdict == Verdict::unknown || right.verdict == Verdict::unknown;
    all.verdict = is_undecided ? Verdict::unknown : verdict_of(all.selection);
    if (all.verdict == Verdict::same) {
      all.reasons.clear();
      return all;
    }
    add_reasons(all, right);
    if (all.verdict == Verdict::empty || all.verdict == Verdict::narrows)
      all.verdict = Verdict::widens;
    return all;
  }

  void group(Outcome& outcome, const logql::Grouping& grouping) const {
    for (const Side side : {Side::before, Side::after}) {
      std::vector<std::string> names;
      for (const auto& label : grouping.labels) {
        const auto bound = bindings_.bind(label, side);
        if (!bound) {
          outcome.verdict = worse(outcome.verdict, Verdict::unknown);
          outcome.reasons.push_back(fmt::format(
              "The grouping has a variable, {}, whose values are not known.", label.value));
          continue;
        }
        names.push_back(bound->text);
      }
      for (Contribution& one : outcome.contributions) {
        auto& series = side == Side::before ? one.before : one.after;
        std::vector<SeriesPtr> grouped;
        for (const auto& labels : series) {
          add_new(grouped, std::make_shared<SeriesLabels>(
                               project(families_, *labels, names, grouping.without)));
        }
        series = std::move(grouped);
      }
    }
  }

  Outcome either(Outcome left, Outcome right) const {
    if (left.is_literal || right.is_literal) {
      Outcome outcome = left.is_literal ? std::move(right) : std::move(left);
      outcome.is_plain = false;
      if (outcome.verdict == Verdict::empty || outcome.verdict == Verdict::narrows) {
        outcome.reasons.emplace_back(
            "`or vector(...)` hides this: the value of the literal is shown instead of nothing.");
      }
      return outcome;
    }
    // What fires on silence is not made quiet by the other side.
    const bool cover_each_other = left.is_plain && right.is_plain;
    Outcome all = left;
    all.selection = united(left.selection, right.selection);
    all.verdict = cover_each_other ? verdict_of(all.selection) : left.verdict;
    if (!cover_each_other) all.verdict = worse(all.verdict, right.verdict);
    for (const Outcome* side : {&left, &right}) {
      if (!finds_others(side->verdict)) all.verdict = worse(all.verdict, side->verdict);
    }
    if (is_worse(all.verdict, Verdict::value_changed)) {
      add_reasons(all, right);
    } else {
      all.reasons.clear();
      if (left.verdict != Verdict::same || right.verdict != Verdict::same) {
        all.reasons.emplace_back(
            "The sides of `or` together select what they selected: it already covers both states.");
      }
    }
    unite_contributions(all, left, right);
    all.others |= right.others;
    all.is_plain = left.is_plain && right.is_plain;
    all.loses_partners = left.loses_partners || right.loses_partners;
    return all;
  }

  static void unite_contributions(Outcome& all, const Outcome& left, const Outcome& right) {
    const Fates fates[] = {Fates(left.selection), Fates(right.selection)};
    const decltype(by_change(left)) parts[] = {by_change(left), by_change(right)};
    std::vector<Contribution> united;
    for (const Affected& one : all.selection.affected) {
      Contribution merged{.change = one.change, .before = {}, .after = {}};
      for (size_t side = 0; side < std::size(fates); ++side) {
        const auto part = parts[side].find(one.change);
        if (part == parts[side].end()) continue;
        const Fate fate = fates[side].of(one.change);
        if (fate != Fate::gained) {
          for (const auto& series : part->second->before) add_new(merged.before, series);
        }
        if (fate != Fate::lost || one.fate == Fate::lost) {
          for (const auto& series : part->second->after) add_new(merged.after, series);
        }
      }
      united.push_back(std::move(merged));
    }
    all.contributions = std::move(united);
  }

  /// The right side of `unless` works the other way round.
  static void excluded(Outcome& right) {
    if (right.verdict == Verdict::empty || right.verdict == Verdict::narrows) {
      right.verdict = Verdict::widens;
      right.reasons.insert(right.reasons.begin(), "`unless` excludes less than before.");
    } else if (right.verdict == Verdict::widens) {
      right.verdict = Verdict::narrows;
      right.reasons.insert(right.reasons.begin(), "`unless` excludes more than before.");
    }
  }

  Outcome both(const logql::Binary& binary, Outcome left, Outcome right) const {
    std::vector<size_t> alone;
    const bool loses = loses_partners(binary, left, right, alone);
    const bool some_match =
        others_match(binary, left, right) || alone.size() < left.contributions.size();
    const bool widens = left.verdict == Verdict::widens || right.verdict == Verdict::widens;
    Outcome all = std::move(left);
    all.verdict = worse(all.verdict, right.verdict);
    add_reasons(all, right);
    all.is_plain = all.is_plain && right.is_plain && binary.op != "unless";
    all.loses_partners = all.loses_partners || right.loses_partners || loses;
    all.selection.estimated = all.selection.estimated || loses;
    if (loses && !widens && all.verdict != Verdict::empty) {
      all.verdict = binary.op == "unless" ? Verdict::widens
                    : some_match          ? Verdict::narrows
                                          : Verdict::empty;
      all.reasons.push_back(
          fmt::format("The series of {} find no partner on the other side of `{}` any more: the "
                      "labels that are matched change on one side only, or the partner is gone.",
                      names_of(families_, alone), binary.op));
    }
    all.selection.estimated = all.selection.estimated || right.selection.estimated;
    add_services(all, right);
    return all;
  }

  /// Services that only the other side has still cause the finding.
  static void add_services(Outcome& all, const Outcome& right) {
    const Fates known(all.selection);
    for (const Affected& one : right.selection.affected) {
      if (known.of(one.change) == Fate::untouched) all.selection.affected.push_back(one);
    }
  }

  /// Whether series of streams that do not change find partners. Known for on(...), whose labels
  /// every aggregation below must have kept; presumed for the rest.
  bool others_match(const logql::Binary& binary, const Outcome& left, const Outcome& right) const {
    if (!left.selection.others || !right.selection.others) return left.selection.others;
    if (!binary.matching || binary.matching->without) return true;
    const auto names = matched_names(binary);
    const auto keys = [&](const Outcome& side) {
      std::unordered_set<std::string> found;
      for (size_t i = families_.unchanged().begin; i < families_.unchanged().end; ++i) {
        if (side.others.test(i))
          found.insert(text_of(project(families_, *families_.labels(i), names, false)));
      }
      return found;
    };
    const auto left_keys = keys(left), right_keys = keys(right);
    return std::any_of(left_keys.begin(), left_keys.end(),
                       [&](const std::string& key) { return right_keys.contains(key); });
  }

  static std::vector<std::string> matched_names(const logql::Binary& binary) {
    std::vector<std::string> names;
    if (!binary.matching) return names;
    for (const auto& label : binary.matching->labels) names.push_back(label.value);
    return names;
  }

  /// Services whose series were matched by labels that change on one side only, or whose partners
  /// are gone.
  bool loses_partners(const logql::Binary& binary, const Outcome& left, const Outcome& right,
                      std::vector<size_t>& alone) const {
    const auto names = matched_names(binary);
    const auto matching = binary.matching.value_or(logql::Grouping{.without = true});
    const auto keys = [&](const std::vector<SeriesPtr>& all) {
      std::vector<SeriesPtr> projected;
      for (const auto& one : all) {
        add_new(projected,
                std::make_shared<SeriesLabels>(project(families_, *one, names, matching.without)));
      }
      return projected;
    };
    const Fates left_fates(left.selection), right_fates(right.selection);
    const auto partners = by_change(right);
    for (const Contribution& one : left.contributions) {
      if (left_fates.of(one.change) != Fate::kept) continue;
      const auto old_keys = keys(one.before), new_keys = keys(one.after);
      const auto partner = partners.find(one.change);
      if (partner == partners.end()) {
        const bool has_partner = right.selection.others && !same_series(old_keys, new_keys);
        if (has_partner) alone.push_back(one.change);
        continue;
      }
      const Fate fate = right_fates.of(one.change);
      if (!same_series(old_keys, keys(partner->second->before))) continue;
      const bool is_gone =
          fate == Fate::lost && !right.selection.others_gained && !same_series(old_keys, new_keys);
      const bool differs =
          fate == Fate::kept && !same_series(new_keys, keys(partner->second->after));
      if (is_gone || differs) alone.push_back(one.change);
    }
    return !alone.empty();
  }

  const FamilyIndex& families_;
  const Bindings& bindings_;
};

}  // namespace

SeriesLabels project(const FamilyIndex& families, const SeriesLabels& labels,
                     const std::vector<std::string>& names, bool without) {
  SeriesLabels kept;
  if (without) {
    kept = labels;
    for (const auto& name : names) {
      const bool is_there = kept.named.erase(name) > 0;
      // What a parser may find under this name goes, too: where streams have it, it is found under
      // another.
      if (labels.open && !is_there)
        kept.named["without " + name] = {.kind = LabelSource::Kind::made, .values = {}, .id = name};
    }
    return kept;
  }
  for (const auto& name : names) {
    if (const auto found = labels.named.find(name); found != labels.named.end()) {
      if (found->second.kind != LabelSource::Kind::absent) kept.named.insert(*found);
      continue;
    }
    const auto source = labels.open ? found_in_line(families, labels.named, name) : LabelSource{};
    if (source.kind != LabelSource::Kind::absent) kept.named[name] = source;
  }
  return kept;
}

bool labels_change(const Outcome& outcome) {
  const Fates fates(outcome.selection);
  return std::any_of(
      outcome.contributions.begin(), outcome.contributions.end(), [&](const Contribution& one) {
        return fates.of(one.change) == Fate::kept && !same_series(one.before, one.after);
      });
}

Outcome judge_expression(const FamilyIndex& families, const logql::Expr& expr,
                         const Bindings& bindings) {
  return ExpressionJudge(families, bindings).of(expr);
}

}  // namespace compiler::migrate::impact
