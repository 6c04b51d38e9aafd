#include "compiler/migrate/impact/query_rewrite.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <set>
#include <utility>

#include "compiler/migrate/impact/correspondence.h"
#include "compiler/migrate/impact/expression.h"
#include "compiler/migrate/impact/query_parts.h"
#include "compiler/migrate/impact/readers.h"
#include "compiler/migrate/impact/selection.h"
#include "compiler/migrate/impact/series.h"
#include "compiler/migrate/impact/template_labels.h"
#include "compiler/migrate/impact/template_sources.h"
#include "logql/parser.h"

namespace compiler::migrate::impact {
namespace {

class QueryRewriter {
 public:
  QueryRewriter(const FamilyIndex& families, std::string_view text, const logql::Expr& expr,
                const JudgedQuery& judged, const RewriteLimits& limits)
      : families_(families),
        text_(text),
        expr_(expr),
        judged_(judged),
        limits_(limits),
        parts_(parts_of(expr)) {}

  std::optional<QueryRewrite> rewrite(std::string& why) {
    for (size_t i = 0; i < parts_.queries.size(); ++i) {
      if (!rewrite_leaf(i, why)) return std::nullopt;
    }
    if (!rewrite_.needs_second_target) {
      for (const auto& place : parts_.groupings) rewrite_grouping(place);
    }
    for (const auto* query : parts_.queries) rewrite_templates(*query);
    for (const auto* replace : parts_.replacements) rewrite_source(*replace);
    if (rewrite_.edits.empty()) {
      why = "it names no label that another could stand for";
      return std::nullopt;
    }
    if (overlap(rewrite_.edits)) {
      why = "the places that change overlap";
      return std::nullopt;
    }
    if (parts_sides(expr_)) {
      why = "the two sides would be grouped by different labels";
      return std::nullopt;
    }
    rewrite_.text = edited(text_, rewrite_.edits);
    const auto parsed = logql::parse(rewrite_.text);
    if (!parsed.ok()) {
      why = "what it would become is not LogQL";
      return std::nullopt;
    }
    if (const auto label = differing_template(*parsed.expr); !label.empty()) {
      why = label == kAllLabels
                ? "a template reads all labels"
                : fmt::format("a template or label_format would read another `{}`", label);
      return std::nullopt;
    }
    if (judged_.outcome.is_metric) keep_series(*parsed.expr);
    return std::move(rewrite_);
  }

 private:
  /// Whether an operator would find other partners, because the groupings of its sides get
  /// different labels.
  bool parts_sides(const logql::Expr& expr) const {
    if (const auto* paren = std::get_if<logql::Paren>(&expr.what))
      return parts_sides(*paren->inner);
    if (const auto* vector = std::get_if<logql::VectorAggregation>(&expr.what))
      return parts_sides(*vector->operand);
    if (const auto* replace = std::get_if<logql::LabelReplace>(&expr.what))
      return parts_sides(*replace->operand);
    const auto* binary = std::get_if<logql::Binary>(&expr.what);
    if (binary == nullptr) return false;
    const bool matches = binary->group == logql::Binary::Group::none && binary->op != "or" &&
                         !is_scalar(*binary->left) && !is_scalar(*binary->right);
    return (matches && new_labels(binary->left->span) != new_labels(binary->right->span)) ||
           parts_sides(*binary->left) || parts_sides(*binary->right);
  }

  static bool is_scalar(const logql::Expr& expr) {
    if (const auto* paren = std::get_if<logql::Paren>(&expr.what)) return is_scalar(*paren->inner);
    return std::holds_alternative<logql::Number>(expr.what) ||
           std::holds_alternative<logql::VectorLiteral>(expr.what);
  }

  /// The labels that groupings within a part of the text get.
  std::set<std::string> new_labels(logql::Span span) const {
    std::set<std::string> labels;
    for (const auto& [at, label] : grouped_by_)
      if (span.begin <= at && at < span.end) labels.insert(label);
    return labels;
  }

  bool rewrite_leaf(size_t index, std::string& why) {
    const auto& query = *parts_.queries[index];
    bool changes = false, takes_first = true;
    for (const Bindings& bindings : judged_.choices) {
      const Outcome outcome = judge_lines(families_, query, bindings);
      if (!finds_others(outcome.verdict)) continue;
      changes = true;
      const bool is_new = outcome.selection.has(Fate::gained) && !outcome.selection.took();
      takes_first = takes_first && is_new;
    }
    if (!changes) return true;
    if (takes_first) {
      why = "a part of it took nothing before the move";
      return false;
    }
    if (!finds_others(judged_.verdict)) {
      why = "its parts compensate for each other";
      return false;
    }
    const auto leaf =
        rewrite_selector(families_, text_, query, index, judged_.choices, limits_, why);
    if (!leaf) return false;
    const logql::Expr* range = parts_.ranges[index];
    if (!leaf->is_split) {
      rewrite_.edits.insert(rewrite_.edits.end(), leaf->edits.begin(), leaf->edits.end());
      return true;
    }
    if (range == nullptr) {
      rewrite_.needs_second_target = parts_.queries.size() == 1;
      why = "no single selector takes what moves and what stays";
      rewrite_.edits = leaf->edits;
      return rewrite_.needs_second_target;
    }
    if (overlap(leaf->for_others) || overlap(leaf->edits)) {
      why = "the places that change overlap";
      return false;
    }
    // Streams of the two selectors differ in their labels, so `or` gives all series of both. Where
    // silence is asked for, both must be silent.
    const auto& function = std::get<logql::RangeAggregation>(range->what).function;
    const auto* joint = function == "absent_over_time" ? "and on()" : "or";
    const auto others = within(range->span, leaf->for_others);
    const auto moved = within(range->span, leaf->edits);
    const auto both = fmt::format("{} {} {}", others, joint, moved);
    rewrite_.edits.push_back({range->span, is_enclosed(range->span) ? both : "(" + both + ")"});
    split_.push_back(range->span);
    rewrite_.says_or = true;
    return true;
  }

  /// Whether `or` or `and` binds to nothing else where `span` stands.
  bool is_enclosed(logql::Span span) const {
    const auto before = text_.substr(0, span.begin).find_last_not_of(" \n\t");
    const auto after = text_.find_first_not_of(" \n\t", span.end);
    const bool opens =
        before == std::string_view::npos || text_[before] == '(' || text_[before] == ',';
    const bool closes = after == std::string_view::npos || text_[after] == ')';
    return opens && closes;
  }

  /// The text of `span` after edits that lie within.
  std::string within(logql::Span span, std::vector<TextEdit> edits) const {
    for (auto& edit : edits) {
      edit.span = {edit.span.begin - span.begin, edit.span.end - span.begin};
    }
    return edited(text_.substr(span.begin, span.end - span.begin), std::move(edits));
  }

  /// A label that templates of `after` do not read as those of the query today; empty: none.
  std::string differing_template(const logql::Expr& after) const {
    const auto now = parts_of(after).queries;
    size_t at = 0;
    for (size_t i = 0; i < parts_.queries.size(); ++i, ++at) {
      // Of two that are joined, the second takes what moves.
      const auto* range = parts_.ranges[i];
      if (range != nullptr && is_split(range->span)) ++at;
      if (at >= now.size()) return {};
      for (const Bindings& bindings : judged_.choices) {
        std::vector<size_t> changes;
        for (const Affected& one :
             judge_lines(families_, *parts_.queries[i], bindings).selection.affected)
          changes.push_back(one.change);
        auto label = differing_source(families_, *parts_.queries[i], *now[at], bindings, changes);
        if (!label.empty()) return label;
      }
    }
    return {};
  }

  /// How the series of `after` are not those of the query today.
  SeriesChange loss_of(const logql::Expr& after) const {
    SeriesChange worst;
    for (const Bindings& bindings : judged_.choices) {
      if (judge_expression(families_, expr_, bindings).is_refused) continue;
      auto change = compare_series(families_, expr_, after, bindings);
      const bool of_moved = worst.of_moved || change.of_moved;
      if (change.spread > worst.spread) worst = std::move(change);
      worst.of_moved = of_moved;
    }
    return worst;
  }

  /// Adds the streams up that were one, where that gives what the query gave.
  void keep_series(const logql::Expr& after) {
    const SeriesChange loss = loss_of(after);
    if (loss.spread == Spread::same) return;
    rewrite_.loss = loss.reason;
    rewrite_.loses_moved = loss.of_moved;
    auto edits = rewrite_.edits;
    collect_sums(expr_, "", after, edits);
    if (edits.size() == rewrite_.edits.size() || overlap(edits)) return;
    auto text = edited(text_, edits);
    const auto parsed = logql::parse(text);
    if (!parsed.ok() || loss_of(*parsed.expr).spread != Spread::same) return;
    rewrite_.edits = std::move(edits);
    rewrite_.text = std::move(text);
    rewrite_.loss.clear();
  }

  /// Puts an aggregation around each range that is not under one that adds its series up.
  void collect_sums(const logql::Expr& expr, std::string_view above, const logql::Expr& after,
                    std::vector<TextEdit>& edits) const {
    if (const auto* paren = std::get_if<logql::Paren>(&expr.what)) {
      collect_sums(*paren->inner, above, after, edits);
    } else if (const auto* vector = std::get_if<logql::VectorAggregation>(&expr.what)) {
      const bool without = vector->grouping && vector->grouping->without;
      collect_sums(*vector->operand, without ? "" : vector->function, after, edits);
    } else if (const auto* replace = std::get_if<logql::LabelReplace>(&expr.what)) {
      collect_sums(*replace->operand, "", after, edits);
    } else if (const auto* binary = std::get_if<logql::Binary>(&expr.what)) {
      collect_sums(*binary->left, "", after, edits);
      collect_sums(*binary->right, "", after, edits);
    } else if (const auto* range = std::get_if<logql::RangeAggregation>(&expr.what)) {
      const auto sum = combines(range->function);
      if (sum.empty() || sum == above || range->grouping || is_split(expr.span)) return;
      const auto names = labels_of(*range, after);
      if (names.empty()) return;
      edits.push_back({{expr.span.begin, expr.span.begin},
                       fmt::format("{} by ({}) (", sum, fmt::join(names, ", "))});
      edits.push_back({{expr.span.end, expr.span.end}, ")"});
    }
  }

  /// What the range's series have in common after the move; it is the same part of `after`.
  std::vector<std::string> labels_of(const logql::RangeAggregation& range,
                                     const logql::Expr& after) const {
    const auto now = parts_of(after).ranges;
    if (now.size() != parts_.ranges.size()) return {};
    for (size_t i = 0; i < now.size(); ++i) {
      if (now[i] == nullptr || parts_.queries[i] != &range.query) continue;
      return common_labels(families_, std::get<logql::RangeAggregation>(now[i]->what),
                           judged_.choices.front());
    }
    return {};
  }

  bool is_split(logql::Span span) const {
    return std::any_of(split_.begin(), split_.end(), [&](const logql::Span& one) {
      return one.begin <= span.begin && span.end <= one.end;
    });
  }

  /// What becomes of a label, whatever values the variables have. `judge` gives the outcome of what
  /// is read for one choice of them.
  template <typename Judge>
  LabelFate fate_of(const std::string& label, const Judge& judge) const {
    std::vector<JudgedQuery> judged;
    for (const Bindings& bindings : judged_.choices) {
      JudgedQuery one;
      one.outcome = judge(bindings);
      if (!one.outcome.is_refused) judged.push_back(std::move(one));
    }
    std::vector<const JudgedQuery*> all;
    for (const JudgedQuery& one : judged) all.push_back(&one);
    return label_fate(all, label);
  }

  /// What the series are that a grouping is applied to.
  Outcome grouped(const logql::Expr& expr, const Bindings& bindings) const {
    if (const auto* range = std::get_if<logql::RangeAggregation>(&expr.what))
      return judge_lines(families_, range->query, bindings);
    if (const auto* vector = std::get_if<logql::VectorAggregation>(&expr.what))
      return judge_expression(families_, *vector->operand, bindings);
    if (const auto* binary = std::get_if<logql::Binary>(&expr.what))
      return judge_expression(families_, *binary->left, bindings);
    return {};
  }

  void rewrite_grouping(const GroupingPlace& place) {
    if (place.grouping->without || is_split(place.grouping->span)) return;
    for (const auto& label : place.grouping->labels) {
      if (!label.variables.empty()) continue;
      const auto fate = fate_of(
          label.value, [&](const Bindings& bindings) { return grouped(*place.operand, bindings); });
      if (!fate.changes) continue;
      const auto candidates = correspondences(families_, fate.changed, label.value);
      if (candidates.empty()) continue;
      const auto& instead = candidates.front().label;
      const auto& named = place.grouping->labels;
      const bool known = std::any_of(named.begin(), named.end(), [&](const logql::Text& other) {
        return other.value == instead;
      });
      if (known) continue;
      grouped_by_.emplace_back(label.span.begin, instead);
      if (fate.others_have_it) {
        rewrite_.edits.push_back({{label.span.end, label.span.end}, ", " + instead});
      } else {
        rewrite_.edits.push_back({label.span, instead});
      }
    }
  }

  /// The label that label_replace reads.
  void rewrite_source(const logql::LabelReplace& replace) {
    const auto fate = fate_of(replace.source.value, [&](const Bindings& bindings) {
      return judge_expression(families_, *replace.operand, bindings);
    });
    if (!fate.changes || fate.others_have_it || is_split(replace.source.span)) return;
    const auto candidates = correspondences(families_, fate.changed, replace.source.value);
    if (candidates.empty()) return;
    rewrite_.edits.push_back({replace.source.span, logql::quote(candidates.front().label)});
  }

  /// {{.job}} of line_format and label_format, and labels that label_format renames.
  void rewrite_templates(const logql::LogQuery& query) {
    for (const auto& stage : query.stages) {
      if (const auto* line = std::get_if<logql::LineFormat>(&stage.what)) {
        rewrite_template(query, line->pattern);
      } else if (const auto* label = std::get_if<logql::LabelFormat>(&stage.what)) {
        for (const auto& one : label->assignments) {
          if (one.is_template) rewrite_template(query, one.value);
        }
      } else if (const auto* list = std::get_if<logql::LabelList>(&stage.what)) {
        if (list->keep) rewrite_kept(query, *list);
      }
    }
  }

  /// Names of `keep`: what streams have in the place of the label is kept.
  void rewrite_kept(const logql::LogQuery& query, const logql::LabelList& list) {
    for (const auto& [name, matcher] : list.items) {
      if (matcher || is_split(name.span)) continue;
      const auto fate = fate_of(name.value, [&](const Bindings& bindings) {
        return judge_lines(families_, query, bindings);
      });
      const auto candidates = correspondences(families_, fate.changed, name.value);
      if (!fate.changes || candidates.empty()) continue;
      const std::string& instead = candidates.front().label;
      const bool known = std::any_of(list.items.begin(), list.items.end(),
                                     [&](const auto& one) { return one.name.value == instead; });
      if (known) continue;
      rewrite_.edits.push_back(fate.others_have_it
                                   ? TextEdit{{name.span.end, name.span.end}, ", " + instead}
                                   : TextEdit{name.span, instead});
    }
  }

  void rewrite_template(const logql::LogQuery& query, const logql::Text& pattern) {
    if (is_split(pattern.span)) return;
    for (const auto& name : labels_in_template(pattern.value)) {
      const auto fate = fate_of(
          name, [&](const Bindings& bindings) { return judge_lines(families_, query, bindings); });
      if (!fate.changes || fate.others_have_it) continue;
      const auto candidates = correspondences(families_, fate.changed, name);
      if (candidates.empty()) continue;
      for (const logql::Span span : label_places(text_, pattern.span, name)) {
        const bool known =
            std::any_of(rewrite_.edits.begin(), rewrite_.edits.end(),
                        [&](const TextEdit& edit) { return edit.span.begin == span.begin; });
        if (!known) rewrite_.edits.push_back({span, candidates.front().label});
      }
    }
  }

  const FamilyIndex& families_;
  std::string_view text_;
  const logql::Expr& expr_;
  const JudgedQuery& judged_;
  const RewriteLimits& limits_;
  Parts parts_;
  QueryRewrite rewrite_;
  std::vector<logql::Span> split_;
  std::vector<std::pair<uint32_t, std::string>> grouped_by_;  ///< labels of edits, and where
};

}  // namespace

std::optional<QueryRewrite> rewrite_query(const FamilyIndex& families, std::string_view text,
                                          const logql::Expr& expr, const JudgedQuery& judged,
                                          const RewriteLimits& limits, std::string& why) {
  if (judged.outcome.is_refused) return std::nullopt;
  if (judged.outcome.loses_partners) {
    why = "the two sides need a label in common";
    return std::nullopt;
  }
  if (judged.outcome.selection.has(Fate::gained) && !judged.outcome.selection.took()) {
    return std::nullopt;
  }
  return QueryRewriter(families, text, expr, judged, limits).rewrite(why);
}

namespace {

/// Whether a template stands for the value of a matcher: a link that asks for {job="${...}"}.
bool is_value_of_matcher(std::string_view text, const LabelMention& mention) {
  static const re2::RE2 matcher(
      R"RE((?:[{,]|%7B|%2C)\s*[A-Za-z_][A-Za-z0-9_]*\s*(?:=|%3D)(?:~|%7E)?\s*(?:\\*["'`]|%22|%5C)+$)RE");
  const std::string_view before = text.substr(0, mention.span.begin);
  const size_t dollar = before.rfind("${"), braces = before.rfind("{{");
  const size_t begin =
      std::max(dollar == before.npos ? 0 : dollar, braces == before.npos ? 0 : braces);
  return re2::RE2::PartialMatch(before.substr(0, begin), matcher);
}

}  // namespace

std::optional<QueryRewrite> rewrite_mentions(const FamilyIndex& families, const documents::Use& use,
                                             const std::vector<const JudgedQuery*>& queries,
                                             std::string& why) {
  if (use.is_regex) return std::nullopt;
  const std::string& text = use.text.text();
  QueryRewrite rewrite;
  for (const auto& mention : mentions(use.kind, text)) {
    const auto fate = label_fate(queries, mention.label);
    if (!fate.changes) continue;
    const auto candidates = correspondences(families, fate.changed, mention.label);
    if (candidates.empty()) return std::nullopt;
    if (is_value_of_matcher(text, mention)) {
      why = fmt::format("`{}` stands in a selector, which has to change with it", mention.label);
      return std::nullopt;
    }
    const auto& instead = candidates.front().label;
    rewrite.replaced.push_back({mention.label, instead});
    if (!fate.others_have_it) {
      rewrite.edits.push_back({mention.span, instead});
      continue;
    }
    // Both kinds of series are shown: one of the two labels is empty in each.
    const auto begin = text.rfind("{{", mention.span.begin);
    const auto end = text.find("}}", mention.span.end);
    if (use.kind == documents::UseKind::field_reference || begin == std::string::npos ||
        end == std::string::npos) {
      return std::nullopt;
    }
    const auto at = static_cast<uint32_t>(end) + 2;
    rewrite.edits.push_back({{at, at},
                             text.substr(begin, mention.span.begin - begin) + instead +
                                 text.substr(mention.span.end, at - mention.span.end)});
  }
  if (rewrite.edits.empty() || overlap(rewrite.edits)) return std::nullopt;
  rewrite.text = edited(text, rewrite.edits);
  return rewrite;
}

Proposal proposal_of(const documents::Use& use, const QueryRewrite& rewrite) {
  Proposal proposal{.text = rewrite.text, .edits = {}, .blocked = {}};
  for (const auto& edit : rewrite.edits) {
    auto in_file = use.text.replace(edit.span.begin, edit.span.end, edit.text);
    if (!in_file) {
      proposal.edits.clear();
      proposal.blocked = "the file's notation of this text cannot hold the change";
      break;
    }
    proposal.edits.push_back(std::move(*in_file));
  }
  return proposal;
}

bool carries(const Outcome& outcome, const Replaced& replaced) {
  for (const Contribution& one : outcome.contributions) {
    const auto has = [](const auto& series, const std::string& label) {
      return std::any_of(series.begin(), series.end(),
                         [&](const SeriesPtr& each) { return each->named.contains(label); });
    };
    if (has(one.before, replaced.old_label) && !has(one.after, replaced.new_label)) return false;
  }
  return true;
}

bool carries(const FamilyIndex& families, const std::string& text, const JudgedQuery& judged,
             const Replaced& replaced) {
  const auto parsed = logql::parse(text);
  if (!parsed.ok()) return false;
  // The old streams of the proposal are of no use here: what it takes after the move counts.
  for (const Bindings& bindings : judged.choices) {
    const Outcome outcome = judge_expression(families, *parsed.expr, bindings);
    if (outcome.is_refused) continue;
    for (const Contribution& one : outcome.contributions) {
      const bool has = std::all_of(one.after.begin(), one.after.end(), [&](const SeriesPtr& each) {
        return each->named.contains(replaced.new_label);
      });
      if (!has) return false;
    }
  }
  return true;
}

}  // namespace compiler::migrate::impact
