#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "logql/ast.h"

namespace compiler::migrate::impact {

/// A place of an expression that groups series by labels.
struct GroupingPlace {
  const logql::Grouping* grouping = nullptr;
  const logql::Expr* operand = nullptr;  ///< the expression that it stands in
};

/// How a variable is used in places that name labels or their values.
struct VariableUse {
  bool alone = false;     ///< a single value is meant: after = and !=
  bool excludes = false;  ///< it is in a regex that excludes: of All, what is no value comes in
};

/// The parts of an expression that have to do with labels, in the order of the text. It points into
/// the expression.
struct Parts {
  std::vector<const logql::LogQuery*> queries;
  /// For each of `queries`: the range aggregation around it; nullptr for lines.
  std::vector<const logql::Expr*> ranges;
  std::vector<const logql::LabelReplace*> replacements;
  std::vector<GroupingPlace> groupings;  ///< by, without, on and ignoring
  std::map<std::string, VariableUse> variables;
};
Parts parts_of(const logql::Expr& expr);

/// Every comparison of a label filter, however deep.
void each_comparison(const logql::LabelFilter& filter,
                     const std::function<void(const logql::LabelFilter&)>& visit);

}  // namespace compiler::migrate::impact
