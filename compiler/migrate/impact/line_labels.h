#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/migrate/impact/bindings.h"
#include "compiler/migrate/impact/family_index.h"
#include "logql/ast.h"

namespace compiler::migrate::impact {

/// The name of what a template reads that reads all labels.
inline constexpr std::string_view kAllLabels = ".";

/// The labels of a family's lines after the stages of a query, and which lines pass.
struct LineLabels {
  std::map<std::string, LabelSource> named;
  bool open = false;  ///< a parser adds labels whose names are not known
  std::vector<std::string> dropped;
  std::map<std::string, LabelSource> stream;  ///< as the stream has them, whatever stages did
  Extent passes{true, true, true};            ///< the filters on what the streams tell
  std::string depends;  ///< the filters on what lines hold; equal texts, equal outcome
  std::vector<std::string> blocked_by;       ///< labels whose filter lets nothing pass
  std::map<std::string, LabelSource> shown;  ///< labels that templates write into lines
  /// The labels that lines are written with, and the stages that read such lines: equal texts,
  /// equal outcome.
  std::string text, text_depends;
  /// What templates and renames read, in the order of the text.
  std::vector<std::pair<std::string, LabelSource>> templated;
  std::map<std::string, LabelSource> read;  ///< labels that filters and unwrap read
  std::string unknown;                      ///< why this could not be followed; empty when it was

  /// What `name` is for such a line. A label of the stream keeps its name when a parser finds the
  /// same name; what was found is then called name_extracted.
  LabelSource source(const FamilyIndex& families, std::string_view name) const;
};

/// What a parser that takes all fields finds under a name, beside the labels that the line has.
LabelSource found_in_line(const FamilyIndex& families,
                          const std::map<std::string, LabelSource>& labels, std::string_view name);

/// The labels that series of such lines have. Where a parser takes all fields, a name that the
/// stream had and a stage took away is there as absent: no field is found under it.
SeriesLabels series_labels(const LineLabels& lines);

/// Follows the stages for lines of `family`.
LineLabels follow(const FamilyIndex& families, const logql::LogQuery& query,
                  const Bindings& bindings, Side side, const streams::StreamFamily& family);

/// The comparison of a label filter as that of a matcher; `equal` for numbers, which have none.
logql::MatchOp match_op(logql::CompareOp op);

}  // namespace compiler::migrate::impact
