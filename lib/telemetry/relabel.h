#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "telemetry/labels.h"

namespace re2 {
class RE2;
}

namespace telemetry::relabel {

enum class Action {
  replace,
  keep,
  drop,
  keepequal,
  dropequal,
  hashmod,
  labelmap,
  labeldrop,
  labelkeep,
  lowercase,
  uppercase,
};

/// One relabel rule with Prometheus' meaning; valid by construction (the signature checked it).
struct Rule {
  std::vector<std::string> source_labels;
  std::string separator = ";";
  std::shared_ptr<const re2::RE2> regex;  ///< anchored both ends, . matches newline
  uint64_t modulus = 0;
  std::string target_label;
  std::string replacement = "$1";
  Action action = Action::replace;
  /// Counts the items that it matches, when somebody asks: `cfgc test` does.
  std::shared_ptr<std::atomic<uint64_t>> matched = nullptr;
};

using Rules = std::vector<Rule>;

/// Applies the rules in order; false when a rule drops the item (rules after it do not run, labels
/// are as they were at that moment).
bool apply(const Rules& rules, LabelsBuilder& labels);

}  // namespace telemetry::relabel
