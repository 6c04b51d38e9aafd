#pragma once
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "components/shared/capsules.h"
#include "river/schema/field.h"

namespace components::loki::source_journal {

/// Where another agent kept its place in the journal. Read by nobody yet.
struct LegacyPosition {
  std::string file;
  std::string name;
};

struct Arguments {
  bool format_as_json = false;
  river::schema::Duration max_age = std::chrono::hours(7);
  std::string path;
  RelabelRulesRef relabel_rules;
  std::string matches;
  std::vector<LogsReceiver> forward_to;
  river::schema::LabelMap labels;
  std::optional<LegacyPosition> legacy_position;
};

/// The words of `matches`: "FIELD=value" each, in order.
std::vector<std::string_view> match_words(std::string_view matches);

/// What __journal_priority_keyword says for the priorities 0 to 7, as systemd and Alloy spell them.
inline constexpr std::array<std::string_view, 8> kPriorityKeywords = {
    "emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"};

extern const river::schema::Signature kSignature;

}  // namespace components::loki::source_journal
