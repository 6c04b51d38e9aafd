#include "compiler/migrate/impact/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "compiler/migrate/impact/expression.h"

namespace compiler::migrate::impact {

namespace {

/// How much of a service's families is reached.
enum class Cover : uint8_t { none, part, all, maybe };

Cover cover(const Reach& reach, FamilyIndex::Range range) {
  if (!reach.may.any(range.begin, range.end)) return Cover::none;
  if (reach.all.every(range.begin, range.end)) return Cover::all;
  if (!reach.some.any(range.begin, range.end)) return Cover::maybe;
  if (!reach.may.every(range.begin, range.end)) return Cover::part;
  return reach.some.every(range.begin, range.end) ? Cover::part : Cover::maybe;
}

/// The labels that are met in part by a family, with the conditions on them.
std::map<std::string_view, std::string_view> partly_met(const Reach& reach, size_t family) {
  std::map<std::string_view, std::string_view> met;
  for (const Reach::Partly& one : reach.partly) {
    if (one.families.test(family)) met.emplace(one.label, one.conditions);
  }
  return met;
}

/// Whether what is reached in part before is what is reached in part after: all that is reached has
/// one extent, by the same conditions on labels that the move leaves alone. Families differ in
/// their labels, so equal numbers prove nothing where only some families are reached.
bool same_part(const FamilyIndex& families, size_t change, const Reach& before,
               const Reach& after) {
  const auto old_range = families.before(change), new_range = families.after(change);
  const Extent extent = before.of(old_range.begin);
  const auto met = partly_met(before, old_range.begin);
  const auto& labels = families.family(old_range.begin).labels;
  const auto all_alike = [&](const Reach& reach, FamilyIndex::Range range) {
    for (size_t i = range.begin; i < range.end; ++i) {
      if (reach.of(i) != extent || partly_met(reach, i) != met) return false;
      for (const auto& [label, conditions] : met) {
        const auto old = labels.find(label), now = families.family(i).labels.find(label);
        if (old == labels.end() || now == families.family(i).labels.end()) return false;
        if (!(old->second == now->second)) return false;
      }
    }
    return true;
  };
  return extent.may && all_alike(before, old_range) && all_alike(after, new_range);
}

/// Whether a label that is met in part has texts that no configuration tells: two stages may give
/// it other values on the two ways of the lines.
bool has_unknown_text(const FamilyIndex& families, FamilyIndex::Range range, const Reach& reach) {
  for (size_t i = range.begin; i < range.end; ++i) {
    for (const auto& [label, conditions] : partly_met(reach, i)) {
      const auto found = families.family(i).labels.find(label);
      if (found != families.family(i).labels.end() && !found->second.open.empty()) return true;
    }
  }
  return false;
}

Fate fate_of(Cover before, Cover after, bool same, bool presume) {
  if (before == Cover::none) {
    if (after == Cover::none) return Fate::untouched;
    return after == Cover::maybe ? Fate::unsure : Fate::gained;
  }
  if (before == Cover::maybe) {
    if (same) return Fate::kept;
    return presume && after == Cover::none ? Fate::lost : Fate::unsure;
  }
  if (after == Cover::none) return Fate::lost;
  if (after == Cover::maybe) return Fate::unsure;
  if (before == Cover::part) return same ? Fate::kept : Fate::unsure;
  return after == Cover::all ? Fate::kept : Fate::partly_lost;
}

}  // namespace

bool Selection::has(Fate fate) const {
  return std::any_of(affected.begin(), affected.end(),
                     [&](const Affected& one) { return one.fate == fate; });
}

Selection select(const FamilyIndex& families, const Reach& before, const Reach& after) {
  Selection selection;
  selection.error = before.error.empty() ? after.error : before.error;
  if (!selection.error.empty()) return selection;
  const auto unchanged = families.unchanged();
  for (size_t i = unchanged.begin; i < unchanged.end; ++i) {
    selection.others = selection.others || (before.some.test(i) && after.some.test(i));
    selection.maybe_others = selection.maybe_others || (before.may.test(i) && after.may.test(i));
    selection.others_lost = selection.others_lost || (before.some.test(i) && !after.may.test(i));
    selection.others_gained =
        selection.others_gained || (!before.may.test(i) && after.some.test(i));
  }
  const size_t changes = families.mapping().changes.size();
  bool presume = !selection.others && !selection.others_lost;
  for (size_t change = 0; change < changes && presume; ++change) {
    const auto range = families.before(change);
    presume = !before.some.any(range.begin, range.end);
  }
  for (size_t change = 0; change < changes; ++change) {
    const Cover old_cover = cover(before, families.before(change));
    const Cover new_cover = cover(after, families.after(change));
    if (old_cover == Cover::none && new_cover == Cover::none) continue;
    const bool partial = old_cover == Cover::part || old_cover == Cover::maybe;
    const bool same =
        partial && old_cover == new_cover && same_part(families, change, before, after);
    const Fate fate = fate_of(old_cover, new_cover, same, presume);
    if (fate != Fate::untouched) selection.affected.push_back({change, fate});
    selection.estimated = selection.estimated ||
                          (old_cover == Cover::maybe && fate != Fate::unsure && presume) ||
                          (partial && fate != Fate::unsure &&
                           has_unknown_text(families, families.before(change), before));
  }
  return selection;
}

Verdict verdict_of(const Selection& selection) {
  if (!selection.error.empty()) return Verdict::unknown;
  if (selection.has(Fate::gained) || selection.others_gained) return Verdict::widens;
  if (selection.has(Fate::lost) || selection.has(Fate::partly_lost) || selection.others_lost) {
    const bool remains = selection.others || selection.has(Fate::kept) ||
                         selection.has(Fate::partly_lost) || selection.has(Fate::unsure);
    return remains ? Verdict::narrows : Verdict::empty;
  }
  return selection.has(Fate::unsure) ? Verdict::unknown : Verdict::same;
}

Selection united(const Selection& a, const Selection& b) {
  Selection all = a;
  std::map<size_t, std::pair<Fate, Fate>> fates;  // By the number of the change.
  for (const Affected& one : a.affected) fates.try_emplace(one.change, one.fate, Fate::untouched);
  for (const Affected& one : b.affected) {
    Fate& fate = fates[one.change].second;
    if (fate == Fate::untouched) fate = one.fate;
  }
  all.affected.clear();
  for (const auto& [change, both] : fates) {
    const auto either = [&both = both](Fate fate) {
      return both.first == fate || both.second == fate;
    };
    Fate fate =
        std::max(both.first,
                 both.second);  // The untouched give way; lost beats kept only if no branch keeps.
    if (either(Fate::kept) || (either(Fate::lost) && either(Fate::gained)) ||
        (either(Fate::partly_lost) && either(Fate::gained))) {
      fate = Fate::kept;
    } else if (either(Fate::lost) && either(Fate::partly_lost)) {
      fate = Fate::partly_lost;
    }
    if (fate != Fate::untouched) all.affected.push_back({change, fate});
  }
  all.others = a.others || b.others;
  all.maybe_others = a.maybe_others || b.maybe_others;
  all.others_lost = a.others_lost || b.others_lost;
  all.others_gained = a.others_gained || b.others_gained;
  all.estimated = a.estimated || b.estimated;
  if (all.error.empty()) all.error = b.error;
  return all;
}

std::string service_name(const streams::Change& change) {
  if (change.service.empty()) return change.host;
  return fmt::format("{}/{}", change.host, change.service);
}

namespace {

constexpr size_t kNamedMax = 3;

/// A condition with what it takes on its own.
struct Told {
  std::string name;  ///< of the label
  std::string text;
  Reach reach;
};

/// What one condition says of a service's families.
Extent extent_of(const Reach& reach, FamilyIndex::Range range) {
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
                     const std::vector<Told>& conditions) {
  const auto range = families.after(change);
  if (range.empty()) return "it sends no more lines";
  for (const auto& [name, text, reach] : conditions) {
    if (extent_of(reach, range).all) continue;
    if (!has_label(families, range, name)) {
      return fmt::format("the label `{}` is gone there", name);
    }
    return fmt::format("`{}` does not fit the new values of `{}`", text, name);
  }
  return "the values of a variable are not what they were";
}

std::string why_gained(const FamilyIndex& families, size_t change,
                       const std::vector<Told>& conditions) {
  for (const auto& [name, text, reach] : conditions) {
    if (extent_of(reach, families.before(change)).may) continue;
    if (!has_label(families, families.after(change), name)) {
      return fmt::format("the label `{}` is gone there, and `{}` accepts its absence", name, text);
    }
    return fmt::format("`{}` fits their new labels", text);
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
                       const std::vector<Told>& conditions) {
  for (const auto& [name, text, reach] : conditions) {
    for (const auto range : {families.before(change), families.after(change)}) {
      const Extent extent = extent_of(reach, range);
      if (extent.may && !extent.all) {
        return fmt::format(
            "`{}` depends on values that the configurations do not define, or that "
            "differ within the service",
            text);
      }
    }
  }
  return "its labels differ within the service";
}

}  // namespace

std::string names_of(const FamilyIndex& families, const std::vector<size_t>& changes) {
  std::vector<std::string> names;
  std::set<std::string> known;
  for (const size_t change : changes) {
    auto name = service_name(families.mapping().changes[change]);
    if (known.insert(name).second) names.push_back(std::move(name));
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
      if (name == streams::kServiceName && family.assumes_service_name) continue;
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
  std::vector<Told> told;
  for (const Condition& condition : conditions)
    told.push_back({condition.name, condition.text(), families.reach({&condition, 1})});
  Groups groups;
  for (const Affected& one : selection.affected) {
    switch (one.fate) {
      case Fate::lost:
      case Fate::partly_lost:
        groups[{one.fate, why_lost(families, one.change, told)}].push_back(one.change);
        break;
      case Fate::gained:
        groups[{one.fate, why_gained(families, one.change, told)}].push_back(one.change);
        break;
      case Fate::unsure:
        groups[{one.fate, why_unsure(families, one.change, told)}].push_back(one.change);
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
