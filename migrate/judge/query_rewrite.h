#pragma once
#include <optional>
#include <string>
#include <vector>

#include "migrate/judge/query.h"
#include "migrate/judge/selector_rewrite.h"

namespace migrate {

/// A whole query for the world after the move.
struct QueryRewrite {
  std::vector<TextEdit> edits;
  std::string text;
  /// Lines that no single selector takes: `text` takes those of the services that move.
  bool needs_second_target = false;
  bool says_or = false;  ///< `text` asks for the old streams as well
};

/// nullopt: `why` says why there is none. Selectors take what they took; groupings and templates
/// name the labels that say the same.
std::optional<QueryRewrite> rewrite_query(const World& world, std::string_view text,
                                          const logql::Expr& expr, const JudgedQuery& judged,
                                          std::string& why);

/// A text that shows labels of the results of `queries`.
std::optional<QueryRewrite> rewrite_mentions(const World& world, const Use& use,
                                             const std::vector<const JudgedQuery*>& queries);

/// Ways to see both worlds: what they cost is computed from the families.
std::vector<Transition> transitions(const World& world, std::string_view old_text,
                                    const JudgedQuery& judged, const QueryRewrite* rewrite);

}  // namespace migrate
