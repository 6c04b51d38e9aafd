#include <re2/re2.h>

#include <algorithm>

#include "compiler/migrate/streams/walk.h"
#include "components/loki/process/stages/cri.h"
#include "components/loki/process/stages/docker.h"
#include "components/loki/process/stages/eventlogmessage.h"
#include "components/loki/process/stages/geoip.h"
#include "components/loki/process/stages/json.h"
#include "components/loki/process/stages/label_drop.h"
#include "components/loki/process/stages/label_keep.h"
#include "components/loki/process/stages/labels.h"
#include "components/loki/process/stages/logfmt.h"
#include "components/loki/process/stages/match.h"
#include "components/loki/process/stages/pack.h"
#include "components/loki/process/stages/pattern.h"
#include "components/loki/process/stages/regex.h"
#include "components/loki/process/stages/replace.h"
#include "components/loki/process/stages/split_json.h"
#include "components/loki/process/stages/static_labels.h"
#include "components/loki/process/stages/structured_metadata.h"
#include "components/loki/process/stages/template.h"
#include "components/loki/process/stages/windowsevent.h"

namespace compiler::migrate::streams {

namespace stages = components::loki::process::stages;
using stages::Condition;
using stages::Selector;
using stages::StageArgs;
using stages::StageList;

namespace {

constexpr size_t kWaysMax = 64;
constexpr size_t kFirstLineMarker = 80;  // Markers below are the sources'.
constexpr size_t kLineMarkers = 20;
constexpr std::string_view kStreamWords[] = {"stdout", "stderr"};

/// The ways that entries of one sample can have taken through stages.
class Ways {
 public:
  explicit Ways(Sample sample) : samples_{std::move(sample)} { learn(samples_[0]); }
  Ways(std::vector<Sample> samples, const Ways& outer)
      : samples_(std::move(samples)), labels_(outer.labels_), extracts_(outer.extracts_) {}

  void go(const StageList& list) {
    for (const StageArgs& stage : list) apply_one(stage);
  }
  std::vector<Sample> finish() && { return std::move(samples_); }

 private:
  enum class Match { no, maybe, yes };

  void learn(const Sample& sample) {
    for (const auto& [name, value] : sample.labels[0].all()) labels_.insert(name);
  }

  /// Stages that are not listed leave the labels alone.
  void apply_one(const StageArgs& stage) {
    using namespace stages;
    static const StageKind* const kFillExtracted[] = {
        &kJson,      &kLogfmt,  &kTemplate, &kReplace, &kGeoip, &kWindowsEvent, &kEventLogMessage,
        &kSplitJson, &kPattern, &kRegex,    &kDocker,  &kCri};
    for (const StageKind* kind : kFillExtracted)
      if (stage.is(*kind)) extracts_ = true;
    if (stage.is(kDocker) || stage.is(kCri)) set_stream();
    apply_if(stage, kPattern);
    apply_if(stage, kRegex);
    apply_if(stage, kStaticLabels);
    apply_if(stage, kLabels);
    apply_if(stage, kLabelDrop);
    apply_if(stage, kLabelKeep);
    apply_if(stage, kPack);
    apply_if(stage, kStructuredMetadata);
    apply_if(stage, kMatch);
  }
  template <class Args>
  void apply_if(const StageArgs& stage, const stages::StageKindOf<Args>& kind) {
    if (const Args* args = stage.as(kind)) apply(*args);
  }

  void apply(const stages::PatternArgs& args) {
    if (!args.labels_from_groups) return;
    static const re2::RE2 capture("<([a-zA-Z_][a-zA-Z0-9_]*)>");
    re2::StringPiece rest(args.pattern);
    for (std::string name; re2::RE2::FindAndConsume(&rest, capture, &name);)
      if (name != "_") set_from_line(name);
  }
  void apply(const stages::RegexArgs& args) {
    if (!args.labels_from_groups || !args.expression.compiled) return;
    for (const auto& [name, group] : args.expression.compiled->NamedCapturingGroups())
      set_from_line(name);
  }

  void apply(const stages::StaticLabelsArgs& args) {
    for (const auto& [name, value] : args.values)
      if (value && !value->empty())
        for (Sample& sample : samples_) sample.set(name, *value);
  }
  void apply(const stages::LabelsArgs& args) {
    for (const auto& [name, given] : args.values) {
      const std::string& source = given && !given->empty() ? *given : name;
      const bool is_label = args.source_type == stages::SourceType::extracted && !extracts_ &&
                            labels_.contains(source);
      if (is_label)
        copy(source, name);
      else if (extracts_ || args.source_type != stages::SourceType::extracted)
        set_from_line(name);
    }
  }
  void apply(const stages::LabelDropArgs& args) { erase(args.values); }
  void apply(const stages::PackArgs& args) { erase(args.labels); }
  void apply(const stages::LabelKeepArgs& args) {
    erase_if([&](const std::string& name) {
      return std::find(args.values.begin(), args.values.end(), name) == args.values.end();
    });
  }
  void apply(const stages::StructuredMetadataArgs& args) {
    erase_if([&](const std::string& name) {
      for (const auto& [given_name, given] : args.values)
        if ((given && !given->empty() ? *given : given_name) == name) return true;
      return args.regex.compiled && re2::RE2::PartialMatch(name, *args.regex.compiled);
    });
  }
  void apply(const stages::MatchArgs& args);

  void set_stream() {
    std::vector<Sample> out;
    for (const Sample& sample : samples_)
      for (const std::string_view word : kStreamWords) {
        Sample& way = out.emplace_back(sample);
        way.set("stream", word);
        if (!sample.has("stream")) way.maybe.insert("stream");  // Of a line in another format.
      }
    take(std::move(out));
  }
  /// A label that may get any value, or stay what it is.
  void set_from_line(const std::string& name) {
    const VariantTexts text = marker(kFirstLineMarker + next_marker_++ % kLineMarkers);
    for (Sample& sample : samples_) {
      const bool had = sample.has(name);
      sample.set(name, text);
      if (!had) sample.maybe.insert(name);
    }
  }
  void copy(const std::string& from, const std::string& to) {
    for (Sample& sample : samples_)
      for (auto& builder : sample.labels)
        if (const std::string value(builder.get(from)); !value.empty()) builder.set(to, value);
  }
  void erase(const std::vector<std::string>& names) {
    for (Sample& sample : samples_)
      for (const std::string& name : names) sample.erase(name);
  }
  template <class Predicate>
  void erase_if(const Predicate& predicate) {
    for (Sample& sample : samples_) {
      std::set<std::string> names;
      for (const auto& builder : sample.labels)
        for (const auto& label : builder.all()) names.insert(label.first);
      for (const std::string& name : names)
        if (predicate(name)) sample.erase(name);
    }
  }
  void take(std::vector<Sample> samples) {
    if (samples.size() > kWaysMax) {
      samples.resize(kWaysMax);
      for (Sample& sample : samples)
        sample.doubt(fmt::format("more than {} ways through the stages", kWaysMax));
    }
    samples_ = std::move(samples);
  }
  static Match matches(const Selector& selector, const Sample& sample);

  std::vector<Sample> samples_;
  std::set<std::string, std::less<>> labels_;  ///< those that the entry came with
  bool extracts_ = false;                      ///< an earlier stage took values from the line
  size_t next_marker_ = 0;
};

bool holds(const Condition& condition, std::string_view text) {
  const bool matched = condition.regex
                           ? re2::RE2::PartialMatch({text.data(), text.size()}, *condition.regex)
                           : text == condition.text;
  return matched != condition.negated;
}

Ways::Match Ways::matches(const Selector& selector, const Sample& sample) {
  size_t yes = 0;
  for (const auto& builder : sample.labels)
    yes += std::all_of(
        selector.matchers.begin(), selector.matchers.end(),
        [&](const auto& matcher) { return holds(matcher.condition, builder.get(matcher.name)); });
  const bool reads_maybe =
      std::any_of(selector.matchers.begin(), selector.matchers.end(),
                  [&](const auto& matcher) { return sample.maybe.contains(matcher.name); });
  if (reads_maybe) return Match::maybe;
  if (yes == 0) return Match::no;
  return yes == kVariants && selector.line_filters.empty() ? Match::yes : Match::maybe;
}

void Ways::apply(const stages::MatchArgs& args) {
  const auto selector = stages::parse_selector(args.selector);
  if (!selector) return;  // Checking the configuration has said so.
  std::vector<Sample> selected, others;
  for (Sample& sample : samples_) {
    const Match match = matches(*selector, sample);
    if (match != Match::no) selected.push_back(sample);
    if (match != Match::yes) others.push_back(std::move(sample));
  }
  if (args.action == stages::MatchAction::keep && !selected.empty()) {
    Ways inner(std::move(selected), *this);
    inner.next_marker_ = next_marker_;
    inner.go(args.stages);
    extracts_ = extracts_ || inner.extracts_;
    next_marker_ = inner.next_marker_;
    std::move(inner.samples_.begin(), inner.samples_.end(), std::back_inserter(others));
  }
  take(std::move(others));
}

}  // namespace

std::vector<Sample> through_stages(const StageList& list, Sample sample) {
  Ways ways(std::move(sample));
  ways.go(list);
  return std::move(ways).finish();
}

}  // namespace compiler::migrate::streams
