#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/migrate/impact/bindings.h"
#include "compiler/migrate/impact/family_index.h"
#include "logql/ast.h"

namespace compiler::migrate::impact {

/// Replaces a part of a query's text.
struct TextEdit {
  logql::Span span;
  std::string text;
};
/// Whether two of them change the same bytes.
bool overlap(std::vector<TextEdit> edits);
/// The text after edits that do not overlap; their order does not matter.
std::string edited(std::string_view text, std::vector<TextEdit> edits);

/// How a query with its stages is asked after the move, so that it takes what it took.
struct SelectorRewrite {
  std::vector<TextEdit> edits;
  /// Not empty: no single selector takes all. The edits give one that takes the streams that move,
  /// these edits one that takes the others.
  bool is_split = false;
  std::vector<TextEdit> for_others;
};

/// What a proposal may do beyond asking for the same streams.
struct RewriteLimits {
  /// false: a service that comes in is only kept out where a matcher kept it out before. A panel
  /// that was written for all services is not narrowed unasked.
  bool keeps_out_unasked = true;
};

/// Rewrites the query that is number `index` of parts_of(the whole expression). What is proposed
/// has been judged: the new selector takes after the move exactly the families that the old one
/// took before, for all `choices`. Matchers with variables are never dropped, and what takes any
/// value goes on to do so. nullopt: `why` says why there is none.
std::optional<SelectorRewrite> rewrite_selector(const FamilyIndex& families, std::string_view text,
                                                const logql::LogQuery& query, size_t index,
                                                const std::vector<Bindings>& choices,
                                                const RewriteLimits& limits, std::string& why);

}  // namespace compiler::migrate::impact
