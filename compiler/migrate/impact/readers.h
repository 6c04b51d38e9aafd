#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/migrate/impact/judge.h"
#include "compiler/migrate/impact/query.h"
#include "logql/log_query.h"

namespace compiler::migrate::impact {

/// A label's name in a text that is not a query: {{job}}, {{ $labels.job }}, ${__field.labels.job}.
struct LabelMention {
  std::string label;
  logql::Span span;  ///< of the name alone
};
std::vector<LabelMention> mentions(documents::UseKind kind, std::string_view text);

/// What becomes of a label in the results of queries.
struct LabelFate {
  bool was_there = false;
  bool changes = false;
  bool others_have_it = false;  ///< streams that do not change may have it
  std::vector<size_t> changed;  ///< services for which it changes
};
LabelFate label_fate(const std::vector<const JudgedQuery*>& queries, const std::string& label);

/// A text that shows labels of the results of `queries`: SAME or VALUE-CHANGED.
JudgedQuery judge_mentions(const FamilyIndex& families, const documents::Use& use,
                           const std::vector<const JudgedQuery*>& queries);

/// A text that is compared with names of series or values of the results of `queries`: UNKNOWN
/// when it fits a value of a label that changes, for what is shown instead is up to the panel.
JudgedQuery judge_series_name(const FamilyIndex& families, const documents::Use& use,
                              const std::vector<const JudgedQuery*>& queries);

/// The name of a field: that of a label, or the name that a series is shown under.
JudgedQuery judge_field_name(const FamilyIndex& families, const documents::Use& use,
                             const std::vector<const JudgedQuery*>& queries);

/// The label whose values a variable offers, or the regular expression that chooses among these.
JudgedQuery judge_offered(const FamilyIndex& families, const documents::VariableDef& variable,
                          const documents::VariableScope* scope);

/// One value of a label, as written in a list of options.
JudgedQuery judge_value(const FamilyIndex& families, const std::string& label,
                        const std::string& value);

}  // namespace compiler::migrate::impact
