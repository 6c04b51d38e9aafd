#include "components/loki/process/stages/match.h"

#include <re2/re2.h>

#include <algorithm>
#include <iterator>

#include "components/loki/process/stages/match_selector.h"
#include "components/loki/process/stages/stage.h"
#include "components/loki/process/stages/text_match.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kMatchFields[] = {
    schema::attr<&MatchArgs::selector>("selector", Need::required,
                                       "Stream selector with optional line filters."),
    schema::attr<&MatchArgs::action>("action", Need::optional,
                                     "Keep matching entries, or drop them."),
    schema::attr<&MatchArgs::pipeline_name>("pipeline_name", Need::optional, "Has no effect."),
    schema::attr<&MatchArgs::drop_counter_reason>("drop_counter_reason", Need::optional,
                                                  "Reason on the drop counter."),
    schema::squash<&MatchArgs::stages>(kStageBlocks),
};

void validate(const MatchArgs& args, schema::Scope& scope) {
  if (scope.known("selector"))
    if (const auto selector = parse_selector(args.selector); !selector)
      scope.error("selector", "C084", "bad selector: {}", selector.error().message);
  if (!scope.known("action")) return;
  if (args.action == MatchAction::drop && !args.stages.empty())
    scope.error("action", "C089", "a stage.match that drops may hold no stages");
  if (args.action == MatchAction::keep && args.stages.empty())
    scope.error("selector", "C089", "a stage.match that keeps needs stages for what it matches");
}

bool holds(const Condition& condition, std::string_view text, bool whole) {
  bool matched = false;
  if (condition.regex)
    matched = MatchText(text).matches(*condition.regex);
  else if (whole)
    matched = text == condition.text;
  else
    matched = text.find(condition.text) != std::string_view::npos;
  return matched != condition.negated;
}

/// Runs its stages on the matching rows only, on the same frame, so that order and the batch's ack
/// need no care: the list of rows is narrowed and afterwards merged again.
class MatchStage final : public Stage {
 public:
  MatchStage(const MatchArgs& args, Build& build)
      : selector_(parse_selector(args.selector).value_or(Selector())),
        stages_(make_stages(args.stages, build)) {
    if (args.action == MatchAction::drop) dropped_ = build.dropped(args.drop_counter_reason);
  }

  void process(Frame& frame) override {
    by_labels_.assign(frame.batch.label_sets.size(), Verdict::unknown);
    if (dropped_) {
      dropped_->add(std::erase_if(frame.rows, [&](uint32_t row) { return matches(frame, row); }));
      return;
    }
    others_.clear();
    selected_.clear();
    for (const uint32_t row : frame.rows)
      (matches(frame, row) ? selected_ : others_).push_back(row);
    if (selected_.empty()) return;
    frame.rows.swap(selected_);
    stages_.process(frame);
    selected_.clear();
    std::merge(frame.rows.begin(), frame.rows.end(), others_.begin(), others_.end(),
               std::back_inserter(selected_),
               [&](uint32_t a, uint32_t b) { return frame.place(a) < frame.place(b); });
    frame.rows.swap(selected_);
  }

  size_t held() const override { return stages_.held(); }
  std::optional<Clock::duration> holds_for() const override { return stages_.holds_for(); }
  Clock::time_point due() const override { return stages_.due(); }
  void flush(Frame& frame, Clock::time_point now) override {
    std::vector<uint32_t> before;
    before.swap(frame.rows);
    stages_.flush(frame, now);
    frame.rows.insert(frame.rows.begin(), before.begin(), before.end());
  }

 private:
  enum class Verdict : uint8_t { unknown, yes, no };

  /// Labels are compared once per label set, lines once per line.
  bool matches(const Frame& frame, uint32_t row) {
    const telemetry::Entry& entry = frame.batch.entries[row];
    Verdict& verdict = by_labels_[entry.labels];
    if (verdict == Verdict::unknown)
      verdict = labels_match(frame.batch.label_sets[entry.labels]) ? Verdict::yes : Verdict::no;
    if (verdict == Verdict::no) return false;
    for (const Condition& filter : selector_.line_filters)
      if (!holds(filter, frame.line(row), false)) return false;
    return true;
  }

  bool labels_match(const telemetry::Labels& labels) const {
    for (const LabelMatcher& matcher : selector_.matchers)
      if (!holds(matcher.condition, labels.get(matcher.name), true)) return false;
    return true;
  }

  Selector selector_;
  Stages stages_;
  std::shared_ptr<base::metrics::Counter> dropped_;
  std::vector<Verdict> by_labels_;
  std::vector<uint32_t> selected_;
  std::vector<uint32_t> others_;
};

StagePointer make(const MatchArgs& args, Build& build) {
  return std::make_unique<MatchStage>(args, build);
}

}  // namespace

constexpr StageKindOf<MatchArgs> kMatch = stage_kind<MatchArgs, make>(
    "stage.match", "Runs stages on, or drops, the entries that a selector matches.",
    schema::schema_of<MatchArgs, validate>(kMatchFields));

}  // namespace components::loki::process::stages
