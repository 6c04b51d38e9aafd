#include "compiler/migrate/impact/template_sources.h"

#include <set>
#include <string_view>
#include <utility>

#include "compiler/migrate/impact/line_labels.h"

namespace compiler::migrate::impact {
namespace {

/// What the places of one query's templates read, over all families that it takes.
struct Place {
  std::string name;
  std::set<std::string> keys;
  bool is_of_streams = true;
};

std::vector<Place> places_of(const FamilyIndex& families, const logql::LogQuery& query,
                             const Bindings& bindings, Side side, FamilyIndex::Range range) {
  std::vector<Place> places;
  const auto bound = bindings.bind(query.selector, side);
  if (!bound || !bound->possible) return places;
  const Reach reach = families.reach(bound->list);
  for (size_t i = range.begin; i < range.end; ++i) {
    if (!reach.may.test(i)) continue;
    const auto lines = follow(families, query, bindings, side, families.family(i));
    if (!lines.passes.may) continue;
    places.resize(lines.templated.size());
    for (size_t k = 0; k < places.size(); ++k) {
      const auto& [name, source] = lines.templated[k];
      places[k].name = name;
      places[k].keys.insert(key_of(source));
      places[k].is_of_streams &= source.kind == LabelSource::Kind::stream;
    }
  }
  return places;
}

/// Whether a later stage decides by what a template or a rename made: then it must be the same
/// text, not only say the same.
bool is_read_again(const logql::LogQuery& query) {
  bool is_made = false;
  for (const logql::Stage& stage : query.stages) {
    const bool makes = std::holds_alternative<logql::LineFormat>(stage.what) ||
                       std::holds_alternative<logql::LabelFormat>(stage.what);
    const bool shows = std::holds_alternative<logql::Decolorize>(stage.what) ||
                       std::holds_alternative<logql::LabelList>(stage.what);
    if (is_made && !makes && !shows) return true;
    is_made = is_made || makes;
  }
  return false;
}

}  // namespace

std::string differing_source(const FamilyIndex& families, const logql::LogQuery& before,
                             const logql::LogQuery& after, const Bindings& bindings,
                             const std::vector<size_t>& changes) {
  const bool is_decided = is_read_again(before);
  for (const size_t change : changes) {
    const auto old_places =
        places_of(families, before, bindings, Side::before, families.before(change));
    const auto new_places =
        places_of(families, after, bindings, Side::after, families.after(change));
    // Lines that one of the two does not take are the selector's matter.
    if (old_places.empty() || new_places.empty()) continue;
    if (old_places.size() != new_places.size()) return old_places.front().name;
    for (size_t k = 0; k < old_places.size(); ++k) {
      const Place &was = old_places[k], &is = new_places[k];
      const bool agrees = was.name == is.name || is_decided ? was.keys == is.keys
                                                            : was.is_of_streams && is.is_of_streams;
      if (!agrees) return is.name;
    }
  }
  return {};
}

}  // namespace compiler::migrate::impact
