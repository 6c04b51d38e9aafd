#include "compiler/migrate/impact/readers.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <set>

#include "compiler/migrate/impact/selection.h"

namespace compiler::migrate::impact {
namespace {

void find_all(std::string_view text, const re2::RE2& pattern, std::vector<LabelMention>& found) {
  re2::StringPiece rest(text.data(), text.size()), label;
  while (re2::RE2::FindAndConsume(&rest, pattern, &label)) {
    const auto begin = static_cast<uint32_t>(label.data() - text.data());
    const auto end = static_cast<uint32_t>(begin + label.size());
    found.push_back({std::string(label.data(), label.size()), {begin, end}});
  }
}

std::set<std::string> keys(const std::vector<SeriesPtr>& series, const std::string& label) {
  std::set<std::string> all;
  for (const auto& one : series) {
    const auto found = one->named.find(label);
    if (found != one->named.end()) {
      all.insert(key_of(found->second));
    } else {
      all.insert(one->open ? "line " + label : "");
    }
  }
  return all;
}

bool has_label(const std::vector<SeriesPtr>& series, const std::string& label) {
  return std::any_of(series.begin(), series.end(),
                     [&](const SeriesPtr& one) { return one->named.contains(label); });
}

std::string shown(const OfferedValues& values) {
  std::vector<std::string> few(values.exact.begin(), values.exact.end());
  constexpr size_t kShownMax = 5;
  const size_t more = few.size() > kShownMax ? few.size() - kShownMax : 0;
  few.resize(few.size() - more);
  return fmt::format("{}{}", fmt::join(few, ", "),
                     more > 0 ? fmt::format(" and {} more", more) : "");
}

/// A regular expression as Grafana writes it: with or without slashes.
std::string_view without_slashes(std::string_view regex) {
  if (regex.size() < 2 || regex.front() != '/') return regex;
  const auto end = regex.rfind('/');
  return end == 0 ? regex : regex.substr(1, end - 1);
}

/// Whether a regular expression over names fits whatever a name may be: .*, .+
bool fits_any(const re2::RE2& regex) {
  return re2::RE2::PartialMatch("", regex) || re2::RE2::PartialMatch("\x7f", regex);
}

}  // namespace

std::vector<LabelMention> mentions(documents::UseKind kind, std::string_view text) {
  static const re2::RE2 legend(R"(\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\})");
  static const re2::RE2 go(
      R"((?:\$labels|\.Labels|\.CommonLabels|\.GroupLabels)\.([A-Za-z_][A-Za-z0-9_]*))");
  static const re2::RE2 go_index(
      R"RE(index\s+(?:\$labels|\.Labels|\.CommonLabels|\.GroupLabels)\s+["`]([A-Za-z_][A-Za-z0-9_]*)["`])RE");
  static const re2::RE2 field(R"(__field\.labels\.([A-Za-z_][A-Za-z0-9_]*))");
  static const re2::RE2 field_index(R"RE(__field\.labels\[['"]([^'"\]]+)['"]\])RE");
  std::vector<LabelMention> found;
  switch (kind) {
    case documents::UseKind::label_template:
      find_all(text, legend, found);
      break;
    case documents::UseKind::go_template:
      find_all(text, go, found);
      find_all(text, go_index, found);
      break;
    case documents::UseKind::field_reference:
      find_all(text, field, found);
      find_all(text, field_index, found);
      break;
    case documents::UseKind::label_name:
      found.push_back({std::string(text), {0, static_cast<uint32_t>(text.size())}});
      break;
    default:
      break;
  }
  return found;
}

LabelFate label_fate(const std::vector<const JudgedQuery*>& queries, const std::string& label) {
  LabelFate fate;
  bool others = false;
  for (const JudgedQuery* query : queries) {
    for (const Contribution& one : query->outcome.contributions) {
      if (!has_label(one.before, label)) continue;
      fate.was_there = true;
      if (keys(one.before, label) == keys(one.after, label)) continue;
      fate.changes = true;
      if (std::find(fate.changed.begin(), fate.changed.end(), one.change) == fate.changed.end()) {
        fate.changed.push_back(one.change);
      }
    }
    others = others || query->outcome.selection.others;
  }
  fate.others_have_it = others && fate.was_there;
  return fate;
}

namespace {

/// Whether a Go template uses the labels as a whole: "with $labels", "$l := $labels",
/// "range ... $labels", ".CommonLabels.SortedPairs".
bool uses_all_labels(std::string_view text) {
  static const re2::RE2 use(
      R"RE((index\s+)?(?:\$labels|\.Labels|\.CommonLabels|\.GroupLabels)\b(\.[A-Za-z_]+|\s+["`])?)RE");
  re2::StringPiece rest(text.data(), text.size()), index, member;
  while (re2::RE2::FindAndConsume(&rest, use, &index, &member)) {
    const bool is_of_all = member == ".SortedPairs" || member == ".Remove" || member == ".Names" ||
                           member == ".Values";
    const bool is_one = member.starts_with(".") ? !is_of_all : !index.empty() && !member.empty();
    if (!is_one) return true;
  }
  return false;
}

/// A label that the series of a contribution have afterwards, or had, and not both alike.
std::optional<std::string> changed_label(const Contribution& one) {
  for (const auto* side : {&one.before, &one.after})
    for (const auto& series : *side)
      for (const auto& [name, source] : series->named)
        if (keys(one.before, name) != keys(one.after, name)) return name;
  return std::nullopt;
}

/// Of a template that uses all labels: what it makes of them is not followed.
void judge_all_labels(const FamilyIndex& families, const std::vector<const JudgedQuery*>& queries,
                      JudgedQuery& judged) {
  for (const JudgedQuery* query : queries)
    for (const Contribution& one : query->outcome.contributions) {
      const auto label = changed_label(one);
      if (!label) continue;
      judged.verdict = Verdict::unknown;
      judged.reason = fmt::format("All labels are used here, and `{}` is not what it was for {}.",
                                  *label, names_of(families, {one.change}));
      judged.outcome.selection.affected = {{one.change, Fate::kept}};
      return;
    }
}

/// Whether a label is read of a query of which nothing is known. A name alone may be that of a
/// field which is no label at all: only those of streams count.
bool reads_undecided(const FamilyIndex& families, const documents::Use& use,
                     const std::vector<const JudgedQuery*>& queries) {
  const bool is_undecided =
      std::any_of(queries.begin(), queries.end(), [](const JudgedQuery* query) {
        return query->verdict == Verdict::unknown && query->outcome.contributions.empty();
      });
  if (!is_undecided) return false;
  if (use.is_regex) return true;
  const auto found = mentions(use.kind, use.text.text());
  return std::any_of(found.begin(), found.end(), [&](const LabelMention& mention) {
    return use.kind != documents::UseKind::label_name || families.is_stream_label(mention.label);
  });
}

}  // namespace

JudgedQuery judge_mentions(const FamilyIndex& families, const documents::Use& use,
                           const std::vector<const JudgedQuery*>& queries) {
  JudgedQuery judged;
  std::set<std::string> done;
  for (const auto& mention : mentions(use.kind, use.text.text())) {
    if (use.is_regex || !done.insert(mention.label).second) continue;
    const auto fate = label_fate(queries, mention.label);
    if (!fate.changes) continue;
    judged.verdict = Verdict::value_changed;
    if (!judged.reason.empty()) judged.reason += " ";
    const streams::Change& first = families.mapping().changes[fate.changed.front()];
    judged.reason +=
        fmt::format("`{}` is read here and is not what it was for {}: its labels are now {}.",
                    mention.label, names_of(families, fate.changed), moved_labels(first));
    for (const size_t change : fate.changed) {
      judged.outcome.selection.affected.push_back({change, Fate::kept});
    }
  }
  if (judged.verdict == Verdict::same && use.kind == documents::UseKind::go_template &&
      uses_all_labels(use.text.text()))
    judge_all_labels(families, queries, judged);
  if (judged.verdict == Verdict::same && reads_undecided(families, use, queries)) {
    judged.verdict = Verdict::unknown;
    judged.reason = "What becomes of the query that it reads could not be decided.";
  }
  if (!use.is_regex || judged.verdict == Verdict::unknown) return judged;
  const re2::RE2 regex{std::string(without_slashes(use.text.text())), re2::RE2::Quiet};
  for (const JudgedQuery* query : queries) {
    for (const Contribution& one : query->outcome.contributions) {
      for (const auto& series : one.before) {
        for (const auto& [name, source] : series->named) {
          if (regex.ok() && (fits_any(regex) || !re2::RE2::PartialMatch(name, regex))) continue;
          if (keys(one.before, name) == keys(one.after, name)) continue;
          judged.verdict = regex.ok() ? Verdict::value_changed : Verdict::unknown;
          judged.reason = regex.ok() ? fmt::format("It reads `{}`, which changes for {}.", name,
                                                   names_of(families, {one.change}))
                                     : fmt::format(
                                           "The regular expression over names of labels "
                                           "could not be read: {}.",
                                           regex.error());
          judged.outcome.selection.affected = {{one.change, Fate::kept}};
        }
      }
    }
  }
  return judged;
}

namespace {

/// {hostname="puck", job="kairos"}: what a series is called where nothing else is said, without one
/// label and those with several values.
std::string name_of_series(const SeriesLabels& series, std::string_view but) {
  std::vector<std::string> parts;
  for (const auto& [name, source] : series.named)
    if (name != but && source.values.exact.size() == 1 && source.values.open.empty())
      parts.push_back(fmt::format("{}=\"{}\"", name, source.values.exact.front()));
  return fmt::format("{{{}}}", fmt::join(parts, ", "));
}

/// Whether a text that series are compared with is about a value of a label: it holds it, or fits
/// it, or what the series is called for it. What fits any name is about none.
bool is_about(const documents::Use& use, const re2::RE2& regex, const std::string& label,
              const std::string& value, const SeriesLabels& series) {
  if (value.empty()) return false;
  if (!use.is_regex) return use.text.text().find(value) != std::string::npos;
  if (!regex.ok()) return true;
  if (fits_any(regex)) return false;
  return re2::RE2::PartialMatch(value, regex) ||
         re2::RE2::PartialMatch(fmt::format("{}=\"{}\"", label, value), regex) ||
         (re2::RE2::PartialMatch(name_of_series(series, {}), regex) &&
          !re2::RE2::PartialMatch(name_of_series(series, label), regex));
}

}  // namespace

JudgedQuery judge_series_name(const FamilyIndex& families, const documents::Use& use,
                              const std::vector<const JudgedQuery*>& queries) {
  JudgedQuery judged;
  const re2::RE2 regex{std::string(without_slashes(use.text.text())), re2::RE2::Quiet};
  for (const JudgedQuery* query : queries) {
    for (const Contribution& one : query->outcome.contributions) {
      for (const auto& series : one.before) {
        for (const auto& [name, source] : series->named) {
          const auto& values = source.values.exact;
          if (std::none_of(values.begin(), values.end(),
                           [&, &label = name](const std::string& value) {
                             return is_about(use, regex, label, value, *series);
                           }))
            continue;
          if (keys(one.before, name) == keys(one.after, name)) continue;
          judged.verdict = Verdict::unknown;
          judged.reason = fmt::format(
              "It fits a value of `{}`, which is not what it was for {}: whether it fits what is "
              "shown after the move could not be decided.",
              name, names_of(families, {one.change}));
          judged.outcome.selection.affected = {{one.change, Fate::kept}};
          return judged;
        }
      }
    }
  }
  return judged;
}

namespace {

/// A label that is read of whatever streams there are: tags of spans, derived fields.
JudgedQuery judge_label(const FamilyIndex& families, const std::string& label) {
  auto parsed = logql::parse_selector(fmt::format("{{{}=~\".+\"}}", label));
  if (!parsed.ok()) return {};  // A regular expression over names.
  const logql::Expr expr{logql::LogQuery{std::move(parsed.selector), {}, {}}, {}};
  JudgedQuery judged = judge_query(families, expr, nullptr);
  // Which of its values are asked for is not known; new ones do no harm.
  if (judged.verdict == Verdict::widens) judged.verdict = Verdict::value_changed;
  if (judged.verdict != Verdict::same) judged.confidence = Confidence::likely;
  return judged;
}

}  // namespace

JudgedQuery judge_field_name(const FamilyIndex& families, const documents::Use& use,
                             const std::vector<const JudgedQuery*>& queries) {
  const bool is_of_all = use.language == documents::Language::logql && use.panel < 0 &&
                         use.belongs_to < 0 && queries.empty() && !use.is_regex;
  if (is_of_all) return judge_label(families, use.text.text());
  JudgedQuery judged = judge_mentions(families, use, queries);
  if (judged.verdict != Verdict::same) return judged;
  return judge_series_name(families, use, queries);
}

JudgedQuery judge_offered(const FamilyIndex& families, const documents::VariableDef& variable,
                          const documents::VariableScope* scope) {
  JudgedQuery judged;
  const auto before = offered_values(families, variable, scope, Side::before);
  const auto after = offered_values(families, variable, scope, Side::after);
  if (variable.regex.empty() && before.empty() && after.empty() &&
      !variable.query_selector.empty()) {
    judged.verdict = Verdict::unknown;
    judged.reason = fmt::format("No value of `{}` is known for these streams.", variable.label);
    return judged;
  }
  const auto& undecided = before.undecided.empty() ? after.undecided : before.undecided;
  if (!undecided.empty()) {
    if (before.exact == after.exact && before.open == after.open) return judged;
    judged.verdict = Verdict::unknown;
    judged.reason = fmt::format(
        "The values of `{}` change, and the regular expression over them could not "
        "be applied: {}.",
        variable.label, undecided);
    return judged;
  }
  if (before.estimated || after.estimated) judged.confidence = Confidence::likely;
  if (before.exact == after.exact && before.open == after.open) return judged;
  const bool loses = !std::includes(after.exact.begin(), after.exact.end(), before.exact.begin(),
                                    before.exact.end());
  if (after.empty()) {
    judged.verdict = Verdict::empty;
    judged.reason = fmt::format("The variable ${} offers no values of `{}` any more; it was {}.",
                                variable.name, variable.label, shown(before));
  } else {
    judged.verdict = loses && after.open.empty() ? Verdict::narrows : Verdict::value_changed;
    judged.reason = fmt::format("The values that ${} offers change: {} before, {} after.",
                                variable.name, shown(before), shown(after));
  }
  for (const size_t change : changes_of_offer(families, variable, scope))
    judged.outcome.selection.affected.push_back({change, Fate::kept});
  return judged;
}

JudgedQuery judge_value(const FamilyIndex& families, const std::string& label,
                        const std::string& value) {
  JudgedQuery judged;
  static const std::set<std::string> all = {"", "$__all", "All", ".*", ".+"};
  if (all.contains(value)) return judged;
  const Condition condition{label, logql::MatchOp::equal, value};
  const Reach reach = families.reach({&condition, 1});
  judged.outcome.selection = select(families, reach, reach);
  judged.verdict = verdict_of(judged.outcome.selection);
  // An option that comes to life is no harm, and one that may exist is as it was.
  if (judged.verdict == Verdict::widens && !judged.outcome.selection.took()) {
    judged.verdict = Verdict::same;
  }
  if (judged.verdict == Verdict::same) return judged;
  const std::vector<Condition> conditions = {condition};
  judged.reason =
      fmt::format("{}", fmt::join(explain(families, judged.outcome.selection, conditions), " "));
  return judged;
}

}  // namespace compiler::migrate::impact
