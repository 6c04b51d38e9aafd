#include "compiler/migrate/impact/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/migrate/impact/selection.h"
#include "compiler/migrate/impact/series.h"
#include "logql/parser.h"
#include "logql/printer.h"
#include "logql/promql.h"

namespace compiler::migrate::impact {
namespace {

std::set<std::string> label_names(const std::vector<SeriesPtr>& series) {
  std::set<std::string> names;
  for (const auto& one : series) {
    for (const auto& [name, source] : one->named) names.insert(name);
  }
  return names;
}

std::string list_of(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const auto& name : names) quoted.push_back(fmt::format("`{}`", name));
  return fmt::format("{}", fmt::join(quoted, ", "));
}

/// What happens to the labels of the series that stay.
std::string label_sentence(const FamilyIndex& families, const Outcome& outcome) {
  std::set<std::string> lost, gained;
  std::vector<size_t> changes;
  for (const Contribution& one : outcome.contributions) {
    const auto before = label_names(one.before), after = label_names(one.after);
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                        std::inserter(lost, lost.end()));
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                        std::inserter(gained, gained.end()));
    changes.push_back(one.change);
  }
  std::string text =
      fmt::format("The same streams, but the series of {} ", names_of(families, changes));
  if (lost.empty() && gained.empty()) return text + "have other label values.";
  if (!lost.empty()) text += fmt::format("lose {}", list_of({lost.begin(), lost.end()}));
  if (!gained.empty()) {
    text += fmt::format("{}get {}", lost.empty() ? "" : " and ",
                        list_of({gained.begin(), gained.end()}));
  }
  return text + ".";
}

/// Labels of results matter where there are series.
void judge_labels(const FamilyIndex& families, Outcome& outcome) {
  if (!outcome.is_metric || is_worse(outcome.verdict, Verdict::value_changed) ||
      !labels_change(outcome)) {
    return;
  }
  outcome.verdict = Verdict::value_changed;
  outcome.reasons.push_back(label_sentence(families, outcome));
}

/// Values matter, too: what a threshold or count() sees is a number of series.
void judge_series(const FamilyIndex& families, const logql::Expr& expr, const Bindings& bindings,
                  Outcome& outcome) {
  if (!outcome.is_metric || is_worse(outcome.verdict, Verdict::value_changed)) return;
  SeriesChange change = compare_series(families, expr, expr, bindings);
  if (change.spread == Spread::same) return;
  outcome.verdict = Verdict::value_changed;
  outcome.reasons.push_back(std::move(change.reason));
  if (change.spread == Spread::unsure) outcome.selection.estimated = true;
}

bool is_estimated(const FamilyIndex& families, const Outcome& outcome) {
  if (outcome.selection.estimated) return true;
  // A loss is certain beside what could not be decided; that nothing else changes is not.
  if (outcome.verdict != Verdict::unknown && outcome.selection.has(Fate::unsure)) return true;
  const bool loses = outcome.verdict == Verdict::empty || outcome.verdict == Verdict::widens;
  if (loses && outcome.selection.maybe_others && !outcome.selection.others) return true;
  for (const Affected& one : outcome.selection.affected) {
    for (const auto range : {families.before(one.change), families.after(one.change)}) {
      for (size_t i = range.begin; i < range.end; ++i) {
        if (!families.family(i).unsure.empty() || families.family(i).assumes_project) return true;
      }
    }
  }
  return false;
}

std::string unsure_note(const FamilyIndex& families, const Outcome& outcome) {
  for (const Affected& one : outcome.selection.affected) {
    for (const auto range : {families.before(one.change), families.after(one.change)}) {
      for (size_t i = range.begin; i < range.end; ++i) {
        const auto& family = families.family(i);
        if (!family.unsure.empty()) {
          return fmt::format("Not all label sets of {} are known: {}.",
                             service_name(families.mapping().changes[one.change]), family.unsure);
        }
      }
    }
  }
  return {};
}

/// The services of all outcomes, those of `shown` first.
void collect_services(const std::vector<Outcome>& outcomes, size_t shown, Outcome& all) {
  std::set<size_t> known;
  for (const Affected& one : all.selection.affected) known.insert(one.change);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (i == shown) continue;
    for (const Affected& one : outcomes[i].selection.affected)
      if (known.insert(one.change).second) all.selection.affected.push_back(one);
  }
}

/// The verdict over all choices, and which of them shows it.
Verdict overall(const std::vector<Outcome>& outcomes, size_t& shown) {
  bool all_empty = true;
  Verdict worst = Verdict::same;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const Outcome& one = outcomes[i];
    // What took nothing has nothing to lose.
    const bool took = one.selection.took() || one.selection.others_lost;
    if (one.verdict == Verdict::unknown || (one.verdict != Verdict::empty && took))
      all_empty = false;
    if (is_worse(one.verdict, worst) || i == 0) {
      worst = one.verdict;
      shown = i;
    }
  }
  if (worst != Verdict::empty || all_empty) return worst;
  const auto first_with = [&](Verdict verdict) {
    const auto found = std::find_if(outcomes.begin(), outcomes.end(),
                                    [&](const Outcome& one) { return one.verdict == verdict; });
    if (found != outcomes.end()) shown = static_cast<size_t>(found - outcomes.begin());
    return found != outcomes.end();
  };
  if (first_with(Verdict::widens)) return Verdict::widens;
  first_with(Verdict::narrows);
  return Verdict::narrows;
}

/// Whether a matcher takes a service's streams of today; one that takes streams without the label
/// means none.
bool takes(const FamilyIndex& families, const Condition& condition, size_t change) {
  std::string error;
  const auto test = ValueTest::of(condition.op, condition.value, &error);
  const auto range = families.before(change);
  return test && families.reach({&condition, 1}).may.any(range.begin, range.end);
}

/// Of a query that finds nothing today, though one of its matchers means a service that moves:
/// which other one keeps its streams out. Empty: it is none.
std::string idle_sentence(const FamilyIndex& families, const Parts& parts,
                          const Bindings& bindings) {
  for (const logql::LogQuery* query : parts.queries) {
    const auto bound = bindings.bind(query->selector, Side::before);
    if (!bound || families.reach(bound->list).may.any(0, families.size())) return {};
    for (size_t change = 0; change < families.mapping().changes.size(); ++change) {
      const auto names_it = [&](const Condition& one) {
        std::string error;
        const auto test = ValueTest::of(one.op, one.value, &error);
        return test && !test->accepts("") && takes(families, one, change);
      };
      const auto keeps_out = [&](const Condition& one) { return !takes(families, one, change); };
      const auto& all = bound->list;
      const auto other = std::find_if(all.begin(), all.end(), keeps_out);
      if (other == all.end() || std::none_of(all.begin(), all.end(), names_it)) continue;
      return fmt::format("It finds nothing today: no stream of {} has {}{}{}.",
                         service_name(families.mapping().changes[change]), other->name,
                         logql::spelling(other->op), logql::quote(other->value));
    }
  }
  return {};
}

/// Adds the filters on labels of streams to each choice. Whoever looks may take them out again, and
/// a panel may have another datasource: nothing is certain then. Gives what was added, as text.
std::string add_filters(const FamilyIndex& families,
                        const std::vector<documents::AdHocFilter>& filters, Choices& all) {
  static const std::map<std::string_view, logql::MatchOp> ops = {{"=", logql::MatchOp::equal},
                                                                 {"!=", logql::MatchOp::not_equal},
                                                                 {"=~", logql::MatchOp::regex},
                                                                 {"!~", logql::MatchOp::not_regex}};
  std::string text;
  for (const documents::AdHocFilter& filter : filters) {
    const auto op = ops.find(filter.op);
    if (op == ops.end() || !families.is_stream_label(filter.key)) continue;
    const Condition condition{filter.key, op->second, filter.value};
    for (Bindings& one : all.list) one.add(condition);
    all.estimated = true;
    text += (text.empty() ? "" : ", ") + condition.text();
  }
  return text;
}

/// The verdict over all choices of values.
JudgedQuery judge_choices(const FamilyIndex& families, const logql::Expr& expr, const Parts& parts,
                          Choices all) {
  JudgedQuery judged;
  std::vector<Outcome> outcomes;
  std::vector<std::string> texts;
  for (const Bindings& bindings : all.list) {
    Outcome outcome = judge_expression(families, expr, bindings);
    // One value among others for which Loki refuses the query says nothing of the query.
    if (outcome.is_refused && all.list.size() > 1) continue;
    if (!outcome.is_refused) {
      judge_labels(families, outcome);
      judge_series(families, expr, bindings, outcome);
    }
    outcomes.push_back(std::move(outcome));
    texts.push_back(bindings.text());
  }
  if (outcomes.empty()) {
    outcomes.push_back(judge_expression(families, expr, all.list.front()));
    texts.push_back(all.list.front().text());
  }
  size_t shown = 0;
  judged.verdict = overall(outcomes, shown);
  judged.outcome = outcomes[shown];
  collect_services(outcomes, shown, judged.outcome);
  const bool matters = judged.verdict != Verdict::same;
  if (matters && !texts[shown].empty()) judged.reason = fmt::format("With {}: ", texts[shown]);
  judged.reason += fmt::format("{}", fmt::join(judged.outcome.reasons, " "));
  if (matters) {
    if (const auto note = unsure_note(families, judged.outcome); !note.empty()) {
      judged.reason += " " + note;
    }
  }
  if (!matters && judged.reason.empty() && !judged.outcome.selection.took())
    judged.reason = idle_sentence(families, parts, all.list.front());
  if (all.estimated || is_estimated(families, judged.outcome)) {
    judged.confidence = Confidence::likely;
  }
  judged.choices = std::move(all.list);
  return judged;
}

bool may_move(const streams::Mapping& mapping) {
  return std::any_of(mapping.missing.begin(), mapping.missing.end(),
                     [](const streams::MissingHost& host) { return host.may_move; });
}

std::string missing_sentence(const streams::Mapping& mapping) {
  return fmt::format("The streams of {} are missing here, which it may find.",
                     streams::names_of_missing(mapping));
}

}  // namespace

JudgedQuery judge_query(const FamilyIndex& families, const logql::Expr& expr,
                        const documents::VariableScope* scope) {
  const Parts parts = parts_of(expr);
  JudgedQuery judged =
      judge_choices(families, expr, parts, choices(families, parts.variables, scope));
  note_lines(families, Reads::streams, judged);
  return judged;
}

JudgedQuery judge_panel_query(const FamilyIndex& families, const logql::Expr& expr,
                              const documents::VariableScope* scope) {
  const Parts parts = parts_of(expr);
  Choices all = choices(families, parts.variables, scope);
  const std::string added = scope == nullptr ? "" : add_filters(families, scope->filters, all);
  JudgedQuery judged = judge_choices(families, expr, parts, std::move(all));
  note_lines(families, Reads::lines, judged);
  if (!added.empty() && judged.verdict != Verdict::same)
    judged.reason =
        fmt::format("With the ad-hoc filter {}, which Grafana adds: {}", added, judged.reason);
  return judged;
}

std::vector<std::string> services_of(const FamilyIndex& families, const JudgedQuery& judged) {
  std::vector<std::string> names;
  std::set<std::string> known;
  bool all_kept = true;
  const auto& affected = judged.outcome.selection.affected;
  for (const Affected& one : affected) all_kept = all_kept && one.fate == Fate::kept;
  for (const Affected& one : affected) {
    if (one.fate == Fate::kept && !all_kept) continue;
    auto name = service_name(families.mapping().changes[one.change]);
    if (known.insert(name).second) names.push_back(std::move(name));
  }
  return names;
}

JudgedQuery not_read(const logql::ParseError& error) {
  JudgedQuery judged;
  judged.verdict = Verdict::unknown;
  judged.reason = fmt::format("The text could not be read at its byte {}: {}.", error.span.begin,
                              error.message);
  return judged;
}

JudgedQuery doubted(const streams::Mapping& mapping, JudgedQuery judged) {
  if (judged.verdict != Verdict::same || !may_move(mapping)) return judged;
  judged.verdict = Verdict::unknown;
  judged.reason = missing_sentence(mapping);
  return judged;
}

void doubt(const streams::Mapping& mapping, Finding& finding) {
  if (mapping.missing.empty() || (finding.verdict == Verdict::same && !may_move(mapping))) return;
  finding.confidence = std::max(finding.confidence, Confidence::likely);
  if (finding.verdict == Verdict::same) return;
  if (const std::string said = missing_sentence(mapping);
      finding.reason.find(said) == std::string::npos)
    finding.reason += (finding.reason.empty() ? "" : " ") + said;
  finding.transitions.clear();
  if (!finding.proposal) return;
  finding.proposal->edits.clear();
  finding.proposal->blocked =
      fmt::format("the streams of {} are missing here, and the text may be meant for them",
                  names_of_missing(mapping));
}

void note_assumption(const FamilyIndex& families, const documents::Use& use, Finding& finding) {
  const auto name = streams::kServiceName;
  const bool reads = use.text.text().find(name) != std::string::npos || use.label == name;
  if (!reads || !families.is_assumed(name)) return;
  finding.confidence = std::max(finding.confidence, Confidence::likely);
  if (finding.verdict == Verdict::same) return;
  finding.reason += fmt::format(
      "{}`{}` is taken to be what Loki 3 adds; --discover-service-name says that it does.",
      finding.reason.empty() ? "" : " ", name);
}

namespace {

std::string looking_back(const logql::promql::Query& query) {
  for (const auto& selector : query.selectors)
    if (!selector.looks_back.empty())
      return fmt::format("it reads series of the past ({}), which have the old labels until then",
                         selector.looks_back);
  return {};
}

}  // namespace

std::string hindrance_of(const documents::Use& use, const documents::VariableScope* scope) {
  if (use.kind != documents::UseKind::query && use.kind != documents::UseKind::selector) return {};
  if (use.language == documents::Language::promql)
    return looking_back(logql::promql::parse(use.text.text()));
  const auto parsed = logql::parse(use.text.text());
  if (!parsed.ok()) return {};
  const Parts parts = parts_of(*parsed.expr);
  for (const logql::Expr* one : parts.ranges) {
    const auto* range = one != nullptr ? std::get_if<logql::RangeAggregation>(&one->what) : nullptr;
    if (range != nullptr && range->offset && !range->offset->value.starts_with('-'))
      return fmt::format("it reads lines of {} before, which have the old labels for so long",
                         range->offset->value);
  }
  for (const auto& one : parts.variables) {
    if (scope == nullptr) break;
    const auto known = scope->variables.find(one.first);
    if (known != scope->variables.end() && known->second.type == "textbox")
      return fmt::format("${} is free text, which may mean streams that stay", one.first);
  }
  return {};
}

}  // namespace compiler::migrate::impact
