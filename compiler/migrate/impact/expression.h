#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/migrate/impact/bindings.h"
#include "compiler/migrate/impact/family_index.h"
#include "compiler/migrate/impact/judge.h"
#include "compiler/migrate/impact/line_labels.h"
#include "compiler/migrate/impact/selection.h"
#include "logql/ast.h"
#include "logql/log_query.h"

namespace compiler::migrate::impact {

/// What an expression makes of the streams of one service that moves.
struct Contribution {
  size_t change = 0;
  std::vector<SeriesPtr> before;  ///< of the streams it takes
  std::vector<SeriesPtr> after;   ///< of those it takes; if it takes none, of all
};

/// What becomes of an expression.
struct Outcome {
  Verdict verdict = Verdict::same;
  Selection selection;
  std::vector<Contribution> contributions;
  Bits others;  ///< families that it takes before and after; only the unchanged are of use
  std::vector<std::string> reasons;
  bool is_metric = false;
  bool is_literal = false;      ///< a number or vector(): it has no streams
  bool is_plain = true;         ///< no part of it turns missing series into something
  bool loses_partners = false;  ///< series of its two sides do not match any more
  bool is_refused = false;      ///< Loki gives an error instead of a result
};

/// Judges an expression for one choice of values of its variables.
Outcome judge_expression(const FamilyIndex& families, const logql::Expr& expr,
                         const Bindings& bindings);

/// Whether it matters what lines say: it does where they are shown or measured in bytes, and not
/// where they are counted.
enum class LineText : uint8_t { matters, ignored };

/// Judges a selector with its stages, for one choice of values of its variables.
Outcome judge_lines(const FamilyIndex& families, const logql::LogQuery& query,
                    const Bindings& bindings, LineText text = LineText::matters);

/// Compares what `before` takes before the move with what `after` takes after it.
Outcome judge_lines(const FamilyIndex& families, const logql::LogQuery& before,
                    const logql::LogQuery& after, const Bindings& bindings);

/// What a selector with its stages takes on one side of the move: of each family, whether its
/// filters on labels let lines pass. nullopt: that is not known.
std::optional<Reach> reach_of_lines(const FamilyIndex& families, const logql::LogQuery& query,
                                    const Bindings& bindings, Side side);

/// What of a series' labels a grouping keeps.
SeriesLabels project(const FamilyIndex& families, const SeriesLabels& labels,
                     const std::vector<std::string>& names, bool without);

/// Whether series of streams that are kept change their labels.
bool labels_change(const Outcome& outcome);

}  // namespace compiler::migrate::impact
