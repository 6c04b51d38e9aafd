#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/migrate/impact/family_index.h"
#include "compiler/migrate/impact/judge.h"

namespace compiler::migrate::impact {

/// What becomes of a service's streams for a query. `unsure`: it depends on a text that
/// is in no configuration.
enum class Fate : uint8_t { untouched, kept, lost, partly_lost, gained, unsure };

/// One service that moves, and that a query takes before or after.
struct Affected {
  size_t change = 0;  ///< index into Mapping::changes
  Fate fate = Fate::untouched;
};

/// What a query takes before and after.
struct Selection {
  std::vector<Affected> affected;  ///< without the untouched
  bool others = false;             ///< it takes streams that do not change
  bool maybe_others = false;       ///< and it may take some
  bool others_lost = false;        ///< of those: it takes them before only (values of variables)
  bool others_gained = false;
  bool estimated = false;  ///< it was presumed to take what it only may take
  std::string error;       ///< Loki refuses the selector

  bool has(Fate fate) const;
  /// Whether it takes anything before; after.
  bool took() const {
    return others || has(Fate::kept) || has(Fate::lost) || has(Fate::partly_lost);
  }
};

/// The fates of a selection by change, for who asks for many.
class Fates {
 public:
  explicit Fates(const Selection& selection) {
    for (const Affected& one : selection.affected) fates_.try_emplace(one.change, one.fate);
  }

  Fate of(size_t change) const {
    const auto found = fates_.find(change);
    return found == fates_.end() ? Fate::untouched : found->second;
  }

 private:
  std::unordered_map<size_t, Fate> fates_;
};

/// Compares what is reached before with what is reached after. The two differ where a variable's
/// values do. A query is presumed to be written for something: when it surely takes nothing, it is
/// taken to match what it may.
Selection select(const FamilyIndex& families, const Reach& before, const Reach& after);

/// EMPTY, NARROWS, WIDENS, UNKNOWN or SAME.
Verdict verdict_of(const Selection& selection);

/// What is taken by either: of `a or b`.
Selection united(const Selection& a, const Selection& b);

/// "puck/kairos"; the host alone for a change that is not of one service.
std::string service_name(const streams::Change& change);

/// Why a selector's outcome is what it is: one sentence a group of services.
std::vector<std::string> explain(const FamilyIndex& families, const Selection& selection,
                                 const std::vector<Condition>& conditions);

/// `labels` of a family after the move, as far as they differ from before:
/// {service="kairos", component="app"}.
std::string moved_labels(const streams::Change& change);

/// "puck/kairos", "puck/kairos and puck/angelia", "puck/a, puck/b, puck/c and 4 more".
std::string names_of(const FamilyIndex& families, const std::vector<size_t>& changes);

}  // namespace compiler::migrate::impact
