#include "compiler/migrate/impact/selection.h"

#include <fmt/format.h>

#include <algorithm>

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

/// Whether what is reached in part before is what is reached in part after: all that is reached has
/// one extent, on labels that the move leaves alone. Families differ in their labels, so equal
/// numbers prove nothing where only some families are reached.
bool same_part(const FamilyIndex& families, size_t change, const Reach& before,
               const Reach& after) {
  const auto old_range = families.before(change), new_range = families.after(change);
  const Extent extent = before.of(old_range.begin);
  const auto all_alike = [&](const Reach& reach, FamilyIndex::Range range) {
    for (size_t i = range.begin; i < range.end; ++i) {
      if (reach.of(i) != extent) return false;
    }
    return true;
  };
  if (!extent.may || !all_alike(before, old_range) || !all_alike(after, new_range)) return false;
  // What varies must vary alike: every label with several values is the same on both sides.
  const auto& labels = families.family(old_range.begin).labels;
  for (size_t i = new_range.begin; i < new_range.end; ++i) {
    for (const auto& [name, values] : families.family(i).labels) {
      if (values.exact.size() + values.open.size() < 2 && values.open.empty()) continue;
      const auto old = labels.find(name);
      if (old == labels.end() || !(old->second == values)) return false;
    }
  }
  return true;
}

Fate fate_of(Cover before, Cover after, bool same, bool presume) {
  if (before == Cover::none) {
    if (after == Cover::none) return Fate::untouched;
    return after == Cover::maybe ? Fate::unsure : Fate::gained;
  }
  if (before == Cover::maybe) {
    if (same) return presume ? Fate::kept : Fate::untouched;
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
    selection.estimated =
        selection.estimated || (old_cover == Cover::maybe && fate != Fate::unsure && presume);
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

Selection united(const FamilyIndex& families, const Selection& a, const Selection& b) {
  Selection all = a;
  const auto fate_in = [](const Selection& selection, size_t change) {
    const auto found = std::find_if(selection.affected.begin(), selection.affected.end(),
                                    [&](const Affected& one) { return one.change == change; });
    return found == selection.affected.end() ? Fate::untouched : found->fate;
  };
  all.affected.clear();
  for (size_t change = 0; change < families.mapping().changes.size(); ++change) {
    const Fate one = fate_in(a, change), other = fate_in(b, change);
    const auto either = [&](Fate fate) { return one == fate || other == fate; };
    Fate fate =
        std::max(one, other);  // The untouched give way; lost beats kept only if no branch keeps.
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

}  // namespace compiler::migrate::impact
