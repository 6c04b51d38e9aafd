#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/migrate/impact/query_rewrite.h"
#include "compiler/migrate/impact/selection.h"

/// Ways to see both worlds while services move: declared in query_rewrite.h.
namespace compiler::migrate::impact {
namespace {

constexpr size_t kLabelsMax = 15;  ///< of a stream, in Loki's default configuration

/// The services whose old labels would have to be kept.
std::vector<size_t> moving(const JudgedQuery& judged) {
  std::vector<size_t> changes;
  for (const Affected& one : judged.outcome.selection.affected) {
    if (one.fate != Fate::kept) changes.push_back(one.change);
  }
  return changes;
}

Transition dual_labels(const FamilyIndex& families, const std::vector<size_t>& changes) {
  uint32_t streams = 0;
  size_t most = 0;
  std::map<std::string, bool> kept;
  for (const size_t change : changes) {
    std::map<std::string, bool> gone;
    const auto range = families.after(change);
    for (size_t b = families.before(change).begin; b < families.before(change).end; ++b) {
      for (const auto& [name, values] : families.family(b).labels) {
        for (size_t i = range.begin; i < range.end; ++i) {
          if (!families.family(i).labels.contains(name)) gone[name] = kept[name] = true;
        }
      }
    }
    for (size_t i = range.begin; i < range.end; ++i) {
      streams += families.family(i).streams;
      most = std::max(most, families.family(i).labels.size() + gone.size());
    }
  }
  std::vector<std::string> names;
  for (const auto& [name, gone] : kept) names.push_back(fmt::format("`{}`", name));
  Transition transition{.kind = Transition::Kind::dual_labels, .text = {}, .cost = {}};
  transition.text = fmt::format("Keep {} of {} for some days beside the new labels.",
                                fmt::join(names, ", "), names_of(families, changes));
  transition.cost =
      fmt::format("{} streams start over when the old labels are removed; {} of {} labels{}",
                  streams, most, kLabelsMax, most > kLabelsMax ? ", which Loki refuses" : "");
  return names.empty() ? Transition{} : transition;
}

/// A comment at the end of a query ends with its line.
std::string in_parentheses(std::string_view text) {
  const auto last_line = text.substr(text.rfind('\n') + 1);
  const bool may_end_in_comment = last_line.find('#') != std::string_view::npos ||
                                  last_line.find("//") != std::string_view::npos;
  return fmt::format("({}{})", text, may_end_in_comment ? "\n" : "");
}

}  // namespace

std::vector<Transition> transitions(const FamilyIndex& families, std::string_view old_text,
                                    const JudgedQuery& judged, const QueryRewrite* rewrite) {
  std::vector<Transition> list;
  const auto changes = moving(judged);
  const auto& selection = judged.outcome.selection;
  if (!finds_others(judged.verdict) || changes.empty() || !selection.took()) return list;
  if (goes_elsewhere(families, judged)) return list;  // One query reads one backend.
  if (auto dual = dual_labels(families, changes); !dual.text.empty())
    list.push_back(std::move(dual));
  // What only keeps more out is as good for the old streams.
  const bool loses = selection.has(Fate::lost) || selection.has(Fate::partly_lost);
  if (rewrite == nullptr || !loses || rewrite->says_or) return list;
  if (judged.outcome.is_metric) {
    if (!judged.outcome.is_plain) return list;
    list.push_back(
        {Transition::Kind::or_expression,
         fmt::format("{} or {}", in_parentheses(old_text), in_parentheses(rewrite->text)),
         "both are computed; while a range reaches over the move, a series without "
         "labels shows the old streams only"});
  } else {
    list.push_back({Transition::Kind::two_targets, rewrite->text, "one more query a refresh"});
  }
  return list;
}

}  // namespace compiler::migrate::impact
