#include "telemetry/relabel.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <array>

#include "base/digest.h"
#include "base/text.h"
#include "telemetry/match_text.h"
#include "telemetry/text.h"

namespace telemetry::relabel {
namespace {

/// Groups that a rule may refer to by number; more are matched but expand to nothing.
constexpr int kGroupsMax = 32;

const re2::RE2& regex_of(const Rule& rule) {
  static const re2::RE2 everything("^(?s:(.*))$");
  return rule.regex ? *rule.regex : everything;
}

std::string join(const Rule& rule, const LabelsBuilder& labels) {
  std::string out;
  for (size_t i = 0; i < rule.source_labels.size(); ++i) {
    if (i > 0) out += rule.separator;
    out += labels.get(rule.source_labels[i]);
  }
  return out;
}

/// A whole match with its groups; group 0 is everything.
class Match {
 public:
  Match(const re2::RE2& regex, std::string_view text) : regex_(regex) {
    count_ = static_cast<size_t>(std::min(regex.NumberOfCapturingGroups() + 1, kGroupsMax));
    matched_ = MatchText(text).matches_whole(regex, std::span(groups_.data(), count_));
  }
  explicit operator bool() const { return matched_; }
  std::string expand(std::string_view pattern) const {
    return telemetry::expand(pattern, regex_, std::span(groups_.data(), count_));
  }

 private:
  const re2::RE2& regex_;
  std::array<re2::StringPiece, kGroupsMax> groups_;
  size_t count_ = 0;
  bool matched_ = false;
};

void note_match(const Rule& rule) {
  if (rule.matched) rule.matched->fetch_add(1, std::memory_order_relaxed);
}

bool noted(const Rule& rule, bool is_match) {
  if (is_match) note_match(rule);
  return is_match;
}

bool matches(const Rule& rule, std::string_view text) {
  return noted(rule, MatchText(text).matches_whole(regex_of(rule)));
}

void replace(const Rule& rule, LabelsBuilder& labels) {
  const std::string value = join(rule, labels);
  const Match match(regex_of(rule), value);
  if (!match) return;
  note_match(rule);
  const std::string target = match.expand(rule.target_label);
  if (base::is_label_name(target)) labels.set(target, match.expand(rule.replacement));
}

void hashmod(const Rule& rule, LabelsBuilder& labels) {
  if (rule.modulus == 0) return;
  note_match(rule);
  const auto hash = base::md5(join(rule, labels));
  uint64_t number = 0;
  for (size_t i = 8; i < hash.size(); ++i) number = number << 8 | hash[i];
  labels.set(rule.target_label, fmt::format("{}", number % rule.modulus));
}

void labelmap(const Rule& rule, LabelsBuilder& labels) {
  const std::vector<Label> before = labels.all();
  for (const auto& [name, value] : before) {
    const Match match(regex_of(rule), name);
    if (!match) continue;
    note_match(rule);
    const std::string mapped = match.expand(rule.replacement);
    if (base::is_label_name(mapped)) labels.set(mapped, value);
  }
}

void erase_names(const Rule& rule, LabelsBuilder& labels, bool matching) {
  const std::vector<Label> before = labels.all();
  for (const auto& [name, value] : before)
    if (matches(rule, name) == matching) labels.erase(name);
}

/// False when the rule drops the item.
bool apply(const Rule& rule, LabelsBuilder& labels) {
  switch (rule.action) {
    case Action::keep:
      return matches(rule, join(rule, labels));
    case Action::drop:
      return !matches(rule, join(rule, labels));
    case Action::keepequal:
      return noted(rule, labels.get(rule.target_label) == join(rule, labels));
    case Action::dropequal:
      return !noted(rule, labels.get(rule.target_label) == join(rule, labels));
    case Action::replace:
      replace(rule, labels);
      return true;
    case Action::hashmod:
      hashmod(rule, labels);
      return true;
    case Action::labelmap:
      labelmap(rule, labels);
      return true;
    case Action::labeldrop:
      erase_names(rule, labels, true);
      return true;
    case Action::labelkeep:
      erase_names(rule, labels, false);
      return true;
    case Action::lowercase:
      note_match(rule);
      labels.set(rule.target_label, to_lower(join(rule, labels)));
      return true;
    case Action::uppercase:
      note_match(rule);
      labels.set(rule.target_label, to_upper(join(rule, labels)));
      return true;
  }
  return true;
}

}  // namespace

bool apply(const Rules& rules, LabelsBuilder& labels) {
  for (const Rule& rule : rules)
    if (!apply(rule, labels)) return false;
  return true;
}

}  // namespace telemetry::relabel
