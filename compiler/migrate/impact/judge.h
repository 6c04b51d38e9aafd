#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/migrate/documents/document.h"
#include "compiler/migrate/documents/excerpt.h"
#include "compiler/migrate/streams/family.h"

namespace compiler::migrate::impact {

/// What a change of labels does to a query or to a text that reads its result. `unknown`: it could
/// not be decided.
enum class Verdict : uint8_t { same, unknown, value_changed, narrows, widens, empty };
/// From same over value_changed, unknown, narrows and widens to empty: what could not be decided
/// may be worse than a changed value, and a loss that is certain is worse than a doubt.
bool is_worse(Verdict a, Verdict b);
/// The worse of two.
Verdict worse(Verdict a, Verdict b);
/// Whether other streams are found than before: narrows, widens or empty.
constexpr bool finds_others(Verdict verdict) {
  return verdict > Verdict::value_changed;
}
/// "SAME", "UNKNOWN", "VALUE-CHANGED", "NARROWS", "WIDENS", "EMPTY".
std::string_view name(Verdict verdict);

/// certain: decided from configurations alone. likely: values of variables or containers were
/// estimated. guess: the datasource or the text could be something else.
enum class Confidence : uint8_t { certain, likely, guess };
std::string_view name(Confidence confidence);

/// A change of one text that keeps its meaning after the move.
struct Proposal {
  std::string text;  ///< the whole text after the change
  std::vector<documents::FileEdit>
      edits;            ///< of the file; empty: it cannot be edited in place, see `blocked`
  std::string blocked;  ///< why not; empty when it can
};

/// A way to have both worlds while ranges reach over the day of the move.
struct Transition {
  enum class Kind : uint8_t { dual_labels, two_targets, or_expression } kind = Kind::or_expression;
  std::string text;  ///< the expression, or the second target's
  std::string cost;  ///< "12 more streams on puck, 9 of 15 labels"
};

struct Finding {
  size_t document = 0;  ///< index
  size_t use = 0;       ///< index into the document's uses
  Verdict verdict = Verdict::same;
  Confidence confidence = Confidence::certain;
  std::string reason;                 ///< sentences for people
  std::vector<std::string> services;  ///< "puck/kairos": whose move causes it
  std::optional<Proposal> proposal;
  std::vector<Transition> transitions;
};

/// Judges every use of every document: one finding each, in document order; SAME too. Rules that
/// record are followed into the PromQL of all documents, alerts into the routes.
std::vector<Finding> judge(const std::vector<documents::Document>& documents,
                           const streams::Mapping& mapping);

}  // namespace compiler::migrate::impact
