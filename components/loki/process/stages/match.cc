#include "components/loki/process/stages/match.h"

#include <re2/re2.h>

#include <algorithm>
#include <iterator>
#include <variant>

#include "components/loki/process/stages/stage.h"
#include "components/loki/process/stages/text_match.h"
#include "logql/parser.h"
#include "river/schema/text.h"
#include "telemetry/label_tracker.h"

namespace components::loki::process::stages {
namespace {

using logql::LineFilter;
using logql::LineOp;
using logql::MatchOp;

/// Takes over what logql read; the first thing that stage.match does not have is the error.
class SelectorReader {
 public:
  base::Result<Selector> read(const logql::LogQuery& query) {
    if (query.selector.bare || !query.selector.variables.empty())
      fail(query.selector.span, "a variable in the place of matchers is not supported");
    if (query.selector.matchers.empty())
      fail(query.selector.span, "a selector needs at least one label");
    for (const logql::Matcher& matcher : query.selector.matchers) take(matcher);
    for (const logql::Stage& stage : query.stages)
      if (const auto* filter = std::get_if<LineFilter>(&stage.what))
        take(*filter, stage.span);
      else
        fail(stage.span, "expected a line filter: |=, !=, |~ or !~");
    if (!error_.empty()) return base::fail("{}", error_);
    return std::move(out_);
  }

 private:
  void take(const logql::Matcher& matcher) {
    if (matcher.value.quotes == logql::Quotes::none)
      return fail(matcher.value.span, "expected a quoted text");
    const bool is_regex = matcher.op == MatchOp::regex || matcher.op == MatchOp::not_regex;
    const bool negated = matcher.op == MatchOp::not_equal || matcher.op == MatchOp::not_regex;
    Condition condition{.negated = negated, .text = matcher.value.value, .regex = nullptr};
    if (is_regex) compile(condition, "^(?s:" + condition.text + ")$", matcher.value.span);
    out_.matchers.push_back({matcher.name.value, std::move(condition)});
  }

  void take(const LineFilter& filter, logql::Span span) {
    if (filter.op == LineOp::pattern || filter.op == LineOp::not_pattern)
      return fail(span, "stage.match does not have line filters by pattern");
    if (filter.choices.size() != 1) return fail(span, "stage.match does not have \"or\"");
    const auto& [text, is_ip] = filter.choices.front();
    if (is_ip) return fail(span, "stage.match does not have ip()");
    if (text.quotes == logql::Quotes::none) return fail(text.span, "expected a quoted text");
    const bool is_regex = filter.op == LineOp::regex || filter.op == LineOp::not_regex;
    const bool negated = filter.op == LineOp::not_contains || filter.op == LineOp::not_regex;
    Condition condition{.negated = negated, .text = text.value, .regex = nullptr};
    if (is_regex) compile(condition, condition.text, text.span);
    out_.line_filters.push_back(std::move(condition));
  }

  void compile(Condition& condition, const std::string& pattern, logql::Span span) {
    condition.regex = river::schema::compile_regex(pattern);
    if (!condition.regex->ok()) fail(span, "bad regex: " + condition.regex->error());
  }

  void fail(logql::Span span, std::string_view what) {
    if (error_.empty()) error_ = fmt::format("{} at character {}", what, span.begin + 1);
  }

  Selector out_;
  std::string error_;
};

}  // namespace

base::Result<Selector> parse_selector(std::string_view text) {
  const logql::Parsed parsed = logql::parse(text);
  if (!parsed.errors.empty())
    return base::fail("{} at character {}", parsed.errors.front().message,
                      parsed.errors.front().span.begin + 1);
  const auto* query = parsed.ok() ? std::get_if<logql::LogQuery>(&parsed.expr->what) : nullptr;
  if (query == nullptr) return base::fail("expected {{ at character 1");
  return SelectorReader().read(*query);
}

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
    if (args.action == MatchAction::drop) dropped_.emplace(build.dropped(args.drop_counter_reason));
  }

  void process(Frame& frame) override {
    by_labels_.assign(frame.batch.label_sets.size(), LabelsMatch::unknown);
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
  enum class LabelsMatch : uint8_t { unknown, yes, no };

  /// Labels are compared once per label set, lines once per line.
  bool matches(const Frame& frame, uint32_t row) {
    const telemetry::Entry& entry = frame.batch.entries[row];
    LabelsMatch& match = by_labels_[entry.labels];
    if (match == LabelsMatch::unknown)
      match =
          labels_match(frame.batch.label_sets[entry.labels]) ? LabelsMatch::yes : LabelsMatch::no;
    if (match == LabelsMatch::no) return false;
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
  std::optional<Drops> dropped_;
  std::vector<LabelsMatch> by_labels_;
  std::vector<uint32_t> selected_;
  std::vector<uint32_t> others_;
};

StagePointer make(const MatchArgs& args, Build& build) {
  return std::make_unique<MatchStage>(args, build);
}

void track(const MatchArgs& args, telemetry::LabelTracker& labels) {
  const auto selector = parse_selector(args.selector);
  if (!selector) return;  // Checking the configuration reports it.
  telemetry::LabelTracker::Condition condition;
  for (const LabelMatcher& matcher : selector->matchers)
    condition.clauses.push_back(
        {{matcher.name}, [&matcher](const telemetry::LabelTracker::Lookup& label) {
           return holds(matcher.condition, label(matcher.name), true);
         }});
  condition.reads_line = !selector->line_filters.empty();
  for (const Condition& filter : selector->line_filters)
    condition.line_test +=
        fmt::format("{}{} {};", filter.negated ? "!" : "", filter.regex ? "~" : "=", filter.text);
  if (args.action == MatchAction::drop) return labels.branch(condition, nullptr);
  labels.branch(condition,
                [&](telemetry::LabelTracker& inner) { stages::track(args.stages, inner); });
}

}  // namespace

constexpr StageKindOf<MatchArgs> kMatch = stage_kind<MatchArgs, make, track>(
    "stage.match", "Runs stages on, or drops, the entries that a selector matches.",
    schema::schema_of<MatchArgs, validate>(kMatchFields));

}  // namespace components::loki::process::stages
