#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "components/loki/process/stages/kind.h"

namespace re2 {
class RE2;
}

namespace components::loki::process::stages {

/// One comparison: a label matcher compares whole values, a line filter looks anywhere.
struct Condition {
  bool negated = false;
  std::string text;                       ///< to equal or to contain
  std::shared_ptr<const re2::RE2> regex;  ///< instead of the text; anchored for labels
};

struct LabelMatcher {
  std::string name;
  Condition condition;
};

/// `{app="x", level!~"debug|trace"} |= "error" !~ "health"`. All conditions must hold; a label that
/// is absent counts as empty.
struct Selector {
  std::vector<LabelMatcher> matchers;
  std::vector<Condition> line_filters;
};

/// Reads a LogQL stream selector with line filters. The error says what and where.
base::Result<Selector> parse_selector(std::string_view text);

enum class MatchAction { keep, drop };

struct MatchArgs {
  std::string selector;
  StageList stages;
  MatchAction action = MatchAction::keep;
  std::string pipeline_name;
  std::string drop_counter_reason = "match_stage";
};

extern const StageKindOf<MatchArgs> kMatch;

}  // namespace components::loki::process::stages

namespace river::schema {
template <>
inline constexpr EnumName<components::loki::process::stages::MatchAction>
    kEnumNames<components::loki::process::stages::MatchAction>[] = {
        {"keep", components::loki::process::stages::MatchAction::keep},
        {"drop", components::loki::process::stages::MatchAction::drop},
};
}  // namespace river::schema
