#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/migrate/impact/family_index.h"

namespace compiler::migrate::impact {

/// A label that says after the move what another said before.
struct Correspondence {
  std::string label;
  std::map<size_t, std::set<std::string>> values;  ///< of each change, after the move
  bool same_values = false;                        ///< and with the same values
  bool has_siblings = false;  ///< streams of these services that stay have such values, too

  /// The values of all changes together.
  std::set<std::string> all() const;
};

/// Labels that can take the place of `label` for all of `changes`, the likeliest first: those with
/// the same values, then those that have the service's name as value, then those whose values tell
/// the services apart.
std::vector<Correspondence> correspondences(const FamilyIndex& families,
                                            const std::vector<size_t>& changes,
                                            const std::string& label);

}  // namespace compiler::migrate::impact
