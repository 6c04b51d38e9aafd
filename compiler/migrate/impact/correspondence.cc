#include "compiler/migrate/impact/correspondence.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace compiler::migrate::impact {
namespace {

/// All values of a label in a service's families; nullopt: in some it is absent or not known.
std::optional<std::set<std::string>> values_of(const FamilyIndex& families,
                                               FamilyIndex::Range range, const std::string& label) {
  std::set<std::string> values;
  for (size_t i = range.begin; i < range.end; ++i) {
    const auto found = families.family(i).labels.find(label);
    if (found == families.family(i).labels.end() || !found->second.open.empty())
      return std::nullopt;
    for (const auto& value : found->second.exact) {
      if (value.empty()) return std::nullopt;
      values.insert(value);
    }
  }
  if (values.empty()) return std::nullopt;
  return values;
}

/// Whether the service of a change has streams that stay, with one of its values: containers that
/// moved before.
bool has_siblings(const FamilyIndex& families, const Correspondence& correspondence) {
  for (const auto& [change, own] : correspondence.values) {
    for (const size_t number : families.siblings(change)) {
      const auto found = families.family(number).labels.find(correspondence.label);
      if (found == families.family(number).labels.end()) continue;
      for (const auto& value : found->second.exact)
        if (own.contains(value)) return true;
    }
  }
  return false;
}

/// Whether a value is one of other streams as well, or of two of the services. Containers that stay
/// are of their service.
bool is_shared(const FamilyIndex& families, const Correspondence& correspondence) {
  const FamilyIndex::SharedValues& shared = families.values_after(correspondence.label);
  const auto values = correspondence.all();
  return std::any_of(values.begin(), values.end(), [&](const std::string& value) {
    const auto found = shared.find(value);
    return found != shared.end() && found->second;
  });
}

/// A component may be called as its service is, and then has the same values.
constexpr std::string_view kServiceLabel = "service";

struct Ranked {
  Correspondence correspondence;
  /// Better is less: it was there before, not the same values, shared with other streams, how many
  /// are not the service's name, not the same label, how many values, not the label that is made to
  /// name services, how many values the label has in all.
  std::tuple<bool, bool, bool, size_t, bool, size_t, bool, size_t> rank;
};

std::optional<Ranked> rank(const FamilyIndex& families, const std::vector<size_t>& changes,
                           const std::string& old_label, const std::string& label) {
  Ranked ranked{.correspondence = {.label = label, .values = {}, .same_values = true}, .rank = {}};
  bool is_new = false;
  size_t count = 0, other_names = 0;
  for (const size_t change : changes) {
    const auto now = values_of(families, families.after(change), label);
    if (!now) return std::nullopt;
    const auto before = values_of(families, families.before(change), label);
    const auto old = values_of(families, families.before(change), old_label);
    is_new = is_new || before != now;
    ranked.correspondence.same_values = ranked.correspondence.same_values && old && *old == *now;
    other_names +=
        *now == std::set<std::string>{families.mapping().changes[change].service} ? 0 : 1;
    count += now->size();
    ranked.correspondence.values[change] = *now;
  }
  // A label that is as it was could have been asked for before. It says the same only where both
  // were there for a while: streams with dual labels, of which the old one ends.
  if (!is_new && (label == old_label || !ranked.correspondence.same_values)) return std::nullopt;
  ranked.correspondence.has_siblings = has_siblings(families, ranked.correspondence);
  const bool shared = is_shared(families, ranked.correspondence);
  const size_t in_all = families.values_after(label).size();
  ranked.rank = {!is_new,
                 !ranked.correspondence.same_values,
                 shared,
                 other_names,
                 label != old_label,
                 count,
                 label != kServiceLabel,
                 in_all};
  return ranked;
}

}  // namespace

std::set<std::string> Correspondence::all() const {
  std::set<std::string> united;
  for (const auto& [change, own] : values) united.insert(own.begin(), own.end());
  return united;
}

std::vector<Correspondence> correspondences(const FamilyIndex& families,
                                            const std::vector<size_t>& changes,
                                            const std::string& label) {
  if (changes.empty() || families.after(changes.front()).empty()) return {};
  std::vector<Ranked> found;
  for (const auto& [name, values] : families.family(families.after(changes.front()).begin).labels) {
    if (families.is_assumed(name) && name != label) continue;
    if (auto one = rank(families, changes, label, name)) found.push_back(std::move(*one));
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Ranked& a, const Ranked& b) { return a.rank < b.rank; });
  std::vector<Correspondence> sorted;
  for (auto& one : found) sorted.push_back(std::move(one.correspondence));
  return sorted;
}

}  // namespace compiler::migrate::impact
