#pragma once
#include <optional>
#include <string>
#include <vector>

#include "compiler/migrate/impact/query.h"
#include "compiler/migrate/impact/selector_rewrite.h"

namespace compiler::migrate::impact {

/// A label that is read in the place of another.
struct Replaced {
  std::string old_label, new_label;
};

/// A whole query for the streams after the move.
struct QueryRewrite {
  std::vector<TextEdit> edits;
  std::string text;
  /// Lines that no single selector takes: `text` takes those of the services that move.
  bool needs_second_target = false;
  bool says_or = false;            ///< `text` asks for the old streams as well
  std::vector<Replaced> replaced;  ///< of a text that reads results
  /// Why its values are, or may be, not those of before, though the streams are: a sentence. Empty:
  /// they are the same.
  std::string loss;
  bool loses_moved = false;  ///< the values of services that move are among those
};

/// nullopt: `why` says why there is none. Selectors take what they took; groupings and templates
/// name the labels that say the same. Where one stream becomes several, ranges are added up again.
std::optional<QueryRewrite> rewrite_query(const FamilyIndex& families, std::string_view text,
                                          const logql::Expr& expr, const JudgedQuery& judged,
                                          const RewriteLimits& limits, std::string& why);

/// A text that shows labels of the results of `queries`; nothing, and why, when it cannot be.
std::optional<QueryRewrite> rewrite_mentions(const FamilyIndex& families, const documents::Use& use,
                                             const std::vector<const JudgedQuery*>& queries,
                                             std::string& why);

/// The change of a use's text as edits of its file.
Proposal proposal_of(const documents::Use& use, const QueryRewrite& rewrite);

/// Whether a query's results have the new label wherever the old one changes: as the query is, or
/// as `text` proposes.
bool carries(const Outcome& outcome, const Replaced& replaced);
bool carries(const FamilyIndex& families, const std::string& text, const JudgedQuery& judged,
             const Replaced& replaced);

/// Ways to see both worlds: what they cost is computed from the families.
std::vector<Transition> transitions(const FamilyIndex& families, std::string_view old_text,
                                    const JudgedQuery& judged, const QueryRewrite* rewrite);

}  // namespace compiler::migrate::impact
