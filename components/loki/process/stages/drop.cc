#include <re2/re2.h>

#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"
#include "components/loki/process/stages/text_match.h"
#include "telemetry/label_tracker.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct DropArgs {
  std::string drop_counter_reason = "drop_stage";
  std::string source;
  std::string value;
  std::string separator = ";";
  river::schema::Regex expression;
  river::schema::Duration older_than;
  river::schema::ByteSize longer_than;
};

namespace {

constexpr schema::Field kDropFields[] = {
    schema::attr<&DropArgs::drop_counter_reason>("drop_counter_reason", Need::optional,
                                                 "Reason on the drop counter."),
    schema::attr<&DropArgs::source>(
        "source", Need::optional, "Extracted values to test, separated by commas; else the line."),
    schema::attr<&DropArgs::value>("value", Need::optional, "Text that the source must equal."),
    schema::attr<&DropArgs::separator>("separator", Need::optional,
                                       "What joins the values of several sources."),
    schema::attr<&DropArgs::expression>("expression", Need::optional,
                                        "Regex that the source or the line must match anywhere."),
    schema::attr<&DropArgs::older_than>("older_than", Need::optional,
                                        "Age that the timestamp must exceed."),
    schema::attr<&DropArgs::longer_than>("longer_than", Need::optional,
                                         "Length that the line must exceed."),
};

void validate(const DropArgs&, schema::Scope& scope) {
  scope.at_most_one({"value", "expression"});
  if (scope.given("value") && !scope.given("source"))
    scope.error("value", "C083", "\"value\" needs \"source\"");
  const bool nothing = !scope.given("source") && !scope.given("expression") &&
                       !scope.given("older_than") && !scope.given("longer_than");
  if (nothing) scope.error("", "C083", "stage.drop needs a condition");
}

/// The extracted values that are tested; none: the line is.
std::vector<std::string_view> names_of(const DropArgs& args) {
  std::vector<std::string_view> out;
  std::string_view names = args.source;
  while (!names.empty()) {
    const size_t comma = names.find(',');
    std::string_view name = names.substr(0, comma);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (!name.empty()) out.push_back(name);
    names = comma == std::string_view::npos ? "" : names.substr(comma + 1);
  }
  return out;
}

/// Drops the entries for which every condition that is given holds.
class DropStage final : public Stage {
 public:
  DropStage(const DropArgs& args, Build& build)
      : args_(args), dropped_(build.dropped(args.drop_counter_reason)), now_(build.watch) {
    for (const std::string_view name : names_of(args)) sources_.push_back(build.names.read(name));
  }

  void process(Frame& frame) override {
    if (args_.older_than.value.count() > 0) oldest_ns_ = now_.ns() - args_.older_than.value.count();
    dropped_.add(std::erase_if(frame.rows, [&](uint32_t row) { return matches(frame, row); }));
  }

 private:
  bool matches(const Frame& frame, uint32_t row) {
    const telemetry::Entry& entry = frame.batch.entries[row];
    if (args_.longer_than.bytes > 0 && entry.line.size <= args_.longer_than.bytes) return false;
    if (oldest_ns_ && entry.timestamp_ns >= *oldest_ns_) return false;
    if (!args_.value.empty()) return joined(frame, row) == args_.value;
    if (args_.expression.compiled) {
      const std::string_view text = sources_.empty() ? frame.line(row) : joined(frame, row);
      return MatchText(text).matches(*args_.expression.compiled);
    }
    for (const Slot source : sources_)
      if (!frame.has(row, source)) return false;
    return true;
  }

  /// The sources' values with the separator between; those that are not there are left out.
  std::string_view joined(const Frame& frame, uint32_t row) {
    if (sources_.size() == 1) return frame.value(row, sources_[0]).value_or("");
    joined_.clear();
    bool first = true;
    for (const Slot source : sources_) {
      const auto value = frame.value(row, source);
      if (!value) continue;
      if (!first) joined_ += args_.separator;
      joined_ += *value;
      first = false;
    }
    return joined_;
  }

  DropArgs args_;
  const Drops dropped_;
  const Now now_;
  std::vector<Slot> sources_;
  std::optional<int64_t> oldest_ns_;  // As of this batch.
  std::string joined_;
};

StagePointer make(const DropArgs& args, Build& build) {
  return std::make_unique<DropStage>(args, build);
}

/// Whether entries with these labels, and no other extracted values, may be dropped.
bool holds(const DropArgs& args, const telemetry::LabelTracker::Lookup& label) {
  std::string joined;
  for (const std::string_view name : names_of(args)) {
    const std::string_view value = label(name);
    const bool only_presence = args.value.empty() && !args.expression.compiled;
    if (only_presence && value.empty()) return false;
    if (value.empty()) continue;
    if (!joined.empty()) joined += args.separator;
    joined += value;
  }
  if (!args.value.empty()) return joined == args.value;
  return !args.expression.compiled || re2::RE2::PartialMatch(joined, *args.expression.compiled);
}

/// Extracted values are the labels that the entry came with, and what earlier stages took from the
/// line.
void track(const DropArgs& args, telemetry::LabelTracker& labels) {
  telemetry::LabelTracker::Clause clause;
  for (const std::string_view name : names_of(args)) clause.reads.emplace_back(name);
  if (clause.reads.empty()) return note_drop(labels);
  clause.holds = [&](const telemetry::LabelTracker::Lookup& label) { return holds(args, label); };
  telemetry::LabelTracker::Condition condition{.clauses = {clause}, .of_arrival = true};
  condition.reads_line = args.older_than.value.count() > 0 || args.longer_than.bytes > 0;
  if (labels.has_extracted()) {
    note_drop(labels);
    condition.reads_line = true;
    condition.line_test = "by its labels";
  }
  labels.branch(condition, nullptr);
}

}  // namespace

constexpr StageKindOf<DropArgs> kDrop = stage_kind<DropArgs, make, track>(
    "stage.drop", "Drops entries for which all given conditions hold.",
    schema::schema_of<DropArgs, validate>(kDropFields));

}  // namespace components::loki::process::stages
