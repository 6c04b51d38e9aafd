#include "compiler/migrate/impact/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/migrate/impact/expression.h"

namespace compiler::migrate::impact {
namespace {

constexpr size_t kNamedMax = 3;

/// What one condition says of a service's families.
Extent extent_of(const FamilyIndex& families, const Condition& condition,
                 FamilyIndex::Range range) {
  const Reach reach = families.reach({&condition, 1});
  Extent extent{true, false, false};
  for (size_t i = range.begin; i < range.end; ++i) {
    const Extent one = reach.of(i);
    extent = {extent.all && one.all, extent.some || one.some, extent.may || one.may};
  }
  return extent;
}

bool has_label(const FamilyIndex& families, FamilyIndex::Range range, const std::string& name) {
  for (size_t i = range.begin; i < range.end; ++i) {
    const auto found = families.family(i).labels.find(name);
    if (found != families.family(i).labels.end() &&
        found->second.exact != std::vector<std::string>{""})
      return true;
  }
  return false;
}

/// Why a service's streams are not taken any more.
std::string why_lost(const FamilyIndex& families, size_t change,
                     const std::vector<Condition>& conditions) {
  const auto range = families.after(change);
  if (range.empty()) return "it sends no more lines";
  for (const Condition& condition : conditions) {
    if (extent_of(families, condition, range).all) continue;
    if (!has_label(families, range, condition.name)) {
      return fmt::format("the label `{}` is gone there", condition.name);
    }
    return fmt::format("`{}` does not fit the new values of `{}`", condition.text(),
                       condition.name);
  }
  return "the values of a variable are not what they were";
}

std::string why_gained(const FamilyIndex& families, size_t change,
                       const std::vector<Condition>& conditions) {
  for (const Condition& condition : conditions) {
    if (extent_of(families, condition, families.before(change)).may) continue;
    if (!has_label(families, families.after(change), condition.name)) {
      return fmt::format("the label `{}` is gone there, and `{}` accepts its absence",
                         condition.name, condition.text());
    }
    return fmt::format("`{}` fits their new labels", condition.text());
  }
  return "their new labels fit";
}

/// Services of one fate and one cause share a sentence.
using Groups = std::map<std::pair<Fate, std::string>, std::vector<size_t>>;

std::string sentence(const FamilyIndex& families, Fate fate, const std::string& why,
                     const std::vector<size_t>& changes) {
  const auto names = names_of(families, changes);
  const streams::Change& first = families.mapping().changes[changes.front()];
  std::string now;
  if (!first.after.empty()) {
    now = fmt::format(" Its streams are now {}.", moved_labels(first));
    if (changes.size() > 1) {
      now = fmt::format(" The streams of {} are now {}.", service_name(first), moved_labels(first));
    }
  }
  switch (fate) {
    case Fate::lost:
      return fmt::format("Takes nothing of {} any more: {}.{}", names, why, now);
    case Fate::partly_lost:
      return fmt::format("Takes only some streams of {} after the move: {}.{}", names, why, now);
    case Fate::gained:
      return fmt::format("Takes streams of {}, which it did not before: {}.{}", names, why, now);
    case Fate::unsure:
      return fmt::format("Whether the same lines of {} are taken could not be decided: {}.{}",
                         names, why, now);
    case Fate::kept:
    case Fate::untouched:
      break;
  }
  return {};
}

std::string why_unsure(const FamilyIndex& families, size_t change,
                       const std::vector<Condition>& conditions) {
  for (const Condition& condition : conditions) {
    for (const auto range : {families.before(change), families.after(change)}) {
      const Extent extent = extent_of(families, condition, range);
      if (extent.may && !extent.all) {
        return fmt::format(
            "`{}` depends on values that the configurations do not define, or that "
            "differ within the service",
            condition.text());
      }
    }
  }
  return "its labels differ within the service";
}

}  // namespace

std::string names_of(const FamilyIndex& families, const std::vector<size_t>& changes) {
  std::vector<std::string> names;
  for (const size_t change : changes) {
    auto name = service_name(families.mapping().changes[change]);
    if (std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(std::move(name));
  }
  if (names.size() > kNamedMax) {
    const size_t more = names.size() - kNamedMax;
    names.resize(kNamedMax);
    return fmt::format("{} and {} more", fmt::join(names, ", "), more);
  }
  if (names.empty()) return {};
  const auto last = std::move(names.back());
  names.pop_back();
  return names.empty() ? last : fmt::format("{} and {}", fmt::join(names, ", "), last);
}

std::string moved_labels(const streams::Change& change) {
  streams::StreamFamily shown;
  for (const streams::StreamFamily& family : change.after) {
    for (const auto& [name, values] : family.labels) {
      const bool stays =
          std::all_of(change.before.begin(), change.before.end(),
                      [&label = name, &now = values](const streams::StreamFamily& old) {
                        const auto found = old.labels.find(label);
                        return found != old.labels.end() && found->second == now;
                      });
      if (stays && !change.before.empty()) continue;
      streams::Values& all = shown.labels[name];
      for (const auto& value : values.exact) {
        if (std::find(all.exact.begin(), all.exact.end(), value) == all.exact.end())
          all.exact.push_back(value);
      }
      for (const auto& value : values.open) {
        if (std::find(all.open.begin(), all.open.end(), value) == all.open.end())
          all.open.push_back(value);
      }
    }
  }
  return shown.text();
}

std::vector<std::string> explain(const FamilyIndex& families, const Selection& selection,
                                 const std::vector<Condition>& conditions) {
  Groups groups;
  for (const Affected& one : selection.affected) {
    switch (one.fate) {
      case Fate::lost:
      case Fate::partly_lost:
        groups[{one.fate, why_lost(families, one.change, conditions)}].push_back(one.change);
        break;
      case Fate::gained:
        groups[{one.fate, why_gained(families, one.change, conditions)}].push_back(one.change);
        break;
      case Fate::unsure:
        groups[{one.fate, why_unsure(families, one.change, conditions)}].push_back(one.change);
        break;
      case Fate::kept:
      case Fate::untouched:
        break;
    }
  }
  std::vector<std::string> sentences;
  for (const auto& [what, changes] : groups) {
    sentences.push_back(sentence(families, what.first, what.second, changes));
  }
  if (selection.has(Fate::gained) && !selection.took()) {
    sentences.emplace_back(
        "It took nothing before the move: if it was written for the new labels, this is as meant.");
  }
  return sentences;
}

}  // namespace compiler::migrate::impact
