#include <fmt/format.h>

#include <algorithm>

#include "compiler/migrate/streams/walk.h"
#include "river/printer.h"
#include "telemetry/label_tracker.h"

namespace compiler::migrate::streams {

namespace {

constexpr size_t kWaysMax = 64;
constexpr size_t kFirstLineMarker = 80;  // Markers below are the sources'.
constexpr size_t kLineMarkers = 20;

/// The ways that entries of one sample can have taken through stages.
class Ways final : public telemetry::LabelTracker {
 public:
  Ways(Sample sample, const river::ast::Body& body, const river::diag::SourceMap& sources)
      : sources_(sources), body_(body), samples_{sample}, arrival_(std::move(sample)) {}
  Ways(std::vector<Sample> samples, const Ways& outer, const Condition& condition)
      : sources_(outer.sources_),
        body_(outer.stage_ != nullptr ? outer.stage_->body : outer.body_),
        line_test_(outer.line_test_ + condition.line_test),
        samples_(std::move(samples)),
        arrival_(outer.arrival_),
        extracts_(outer.extracts_),
        next_marker_(outer.next_marker_) {}

  Passed finish() && { return {std::move(samples_), std::move(dropped_)}; }

  void stage(size_t index) override {
    stage_ = nullptr;
    for (const river::ast::Statement* statement : body_.statements)
      if (statement->is_block && statement->name.starts_with("stage.") && index-- == 0)
        stage_ = statement;
  }
  void touch_lines(LineEffect effect) override {
    const PlacedStep step = this_step(effect == LineEffect::drops, line_test_);
    for (Sample& sample : samples_) sample.step(step);
  }
  void extract() override { extracts_ = true; }
  bool has_extracted() const override { return extracts_; }
  void set(std::string_view name, std::string_view value) override {
    for (Sample& sample : samples_) sample.set(name, value);
  }
  void set_extracted(const std::string& name, const std::string& source) override {
    if (!extracts_ && arrival_.has(source))
      copy(source, name);
    else if (extracts_)
      set_from_line(name);
  }
  void copy(const std::string& from, const std::string& to) override {
    for (Sample& sample : samples_)
      for (auto& builder : sample.labels)
        if (const std::string value(builder.get(from)); !value.empty()) builder.set(to, value);
  }
  void set_from_line(const std::string& name) override {
    const VariantTexts text = marker(kFirstLineMarker + next_marker_++ % kLineMarkers);
    for (Sample& sample : samples_) {
      const bool had = sample.has(name);
      sample.set(name, text);
      if (!had) sample.maybe.insert(name);
    }
  }
  void set_from_line(const std::string& name, std::span<const std::string_view> texts) override;
  void erase_if(const std::function<bool(const std::string&)>& chosen) override;
  void branch(const Condition& condition, const std::function<void(LabelTracker&)>& inner) override;

 private:
  /// maybe: labels are not known. by_line: lines of these labels do, or do not.
  enum class Match { no, maybe, by_line, yes };
  static Match matches(const Clause& clause, const Sample& sample);
  static Match matches(const Condition& condition, const Sample& sample);
  PlacedStep this_step(bool drops, const std::string& line_test) const;
  /// Those that fulfil the condition are dropped.
  void drop(const Condition& condition, const std::vector<Sample>& selected,
            std::vector<Sample>& others);

  void take(std::vector<Sample> samples) {
    if (samples.size() > kWaysMax) {
      samples.resize(kWaysMax);
      for (Sample& sample : samples)
        sample.doubt(fmt::format("more than {} ways through the stages", kWaysMax));
    }
    samples_ = std::move(samples);
  }

  const river::diag::SourceMap& sources_;
  const river::ast::Body& body_;                  ///< has the stages of this list
  const river::ast::Statement* stage_ = nullptr;  ///< the one that speaks
  std::string line_test_;                         ///< what was asked of lines to come here
  std::vector<Sample> samples_;
  std::vector<PlacedStep> dropped_;
  Sample arrival_;         ///< what the entry came with
  bool extracts_ = false;  ///< an earlier stage took values from the line
  size_t next_marker_ = 0;
};

void Ways::set_from_line(const std::string& name, std::span<const std::string_view> texts) {
  std::vector<Sample> out;
  for (const Sample& sample : samples_)
    for (const std::string_view text : texts) {
      Sample& way = out.emplace_back(sample);
      way.set(name, text);
      if (!sample.has(name)) way.maybe.insert(name);
    }
  take(std::move(out));
}

void Ways::erase_if(const std::function<bool(const std::string&)>& chosen) {
  for (Sample& sample : samples_) {
    std::set<std::string> names;
    for (const auto& builder : sample.labels)
      for (const auto& label : builder.all()) names.insert(label.first);
    for (const std::string& name : names)
      if (chosen(name)) sample.erase(name);
  }
}

/// Where a label is not known, a clause is met for certain if the absent label does not meet it and
/// every text does.
Ways::Match Ways::matches(const Clause& clause, const Sample& sample) {
  size_t yes = 0;
  for (const auto& builder : sample.labels)
    yes += clause.holds([&](std::string_view name) { return builder.get(name); });
  const auto is_any = [&](const auto& of) {
    return std::any_of(clause.reads.begin(), clause.reads.end(), of);
  };
  const bool is_open = is_any([&](const std::string& name) {
    return without_markers(sample.labels[0].get(name), 0).literals.size() > 1;
  });
  const auto nothing = [](std::string_view) { return std::string_view(); };
  if (is_any([&](const std::string& name) { return sample.maybe.contains(name); }))
    return Match::by_line;
  if (is_open && (yes == 0 || clause.holds(nothing))) return Match::maybe;
  if (yes == 0) return Match::no;
  return yes < kVariants ? Match::maybe : Match::yes;
}

/// Of several clauses the one that says least.
Ways::Match Ways::matches(const Condition& condition, const Sample& sample) {
  Match match = condition.reads_line ? Match::by_line : Match::yes;
  for (const Clause& clause : condition.clauses) match = std::min(match, matches(clause, sample));
  return match;
}

/// Its text without what only counts or names, and without the labels that it is for.
PlacedStep Ways::this_step(bool drops, const std::string& line_test) const {
  std::string what, name = "a stage";
  if (stage_ != nullptr) {
    name = stage_->name;
    what = name;
    for (const river::ast::Statement* part : stage_->body.statements)
      if (!part->is_block && part->name != "selector" && part->name != "drop_counter_reason")
        what += fmt::format(" {} = {}", part->name, river::print_expression(*part->value));
    for (const river::ast::Statement* part : stage_->body.statements)
      if (part->is_block) what += fmt::format(" {}", river::print(part->body));
  }
  if (!line_test.empty()) what += fmt::format(" of lines {}", line_test);
  return {what,
          {.drops = drops,
           .name = name,
           .place = place_of(sources_, stage_ != nullptr ? stage_->span : river::diag::Span{}),
           .always = true}};
}

void Ways::drop(const Condition& condition, const std::vector<Sample>& selected,
                std::vector<Sample>& others) {
  PlacedStep step = this_step(true, line_test_ + condition.line_test);
  size_t dropped = selected.size();
  for (Sample& sample : others) {
    const Match match = matches(condition, condition.of_arrival ? arrival_ : sample);
    if (match == Match::no) continue;
    step.second.always = match == Match::by_line;
    step.second.perhaps = match == Match::maybe;
    sample.step(step);
    --dropped;
  }
  if (dropped > 0) dropped_.push_back(step);
}

void Ways::branch(const Condition& condition, const std::function<void(LabelTracker&)>& inner) {
  std::vector<Sample> selected, others;
  for (Sample& sample : samples_) {
    const Match match = matches(condition, condition.of_arrival ? arrival_ : sample);
    if (match != Match::no) selected.push_back(sample);
    if (match != Match::yes) others.push_back(std::move(sample));
  }
  if (!inner && !selected.empty()) drop(condition, selected, others);
  if (inner && !selected.empty()) {
    Ways branch(std::move(selected), *this, condition);
    inner(branch);
    extracts_ = extracts_ || branch.extracts_;
    next_marker_ = branch.next_marker_;
    dropped_.insert(dropped_.end(), branch.dropped_.begin(), branch.dropped_.end());
    std::move(branch.samples_.begin(), branch.samples_.end(), std::back_inserter(others));
  }
  take(std::move(others));
}

}  // namespace

Passed through(const std::function<void(telemetry::LabelTracker&)>& change,
               const river::ast::Body& body, const river::diag::SourceMap& sources, Sample sample) {
  Ways ways(std::move(sample), body, sources);
  change(ways);
  return std::move(ways).finish();
}

}  // namespace compiler::migrate::streams
