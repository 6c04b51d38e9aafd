#include "compiler/migrate/streams/stages.h"

#include <re2/re2.h>

#include <algorithm>

#include "components/loki/process/match/selector_signature.h"

namespace compiler::migrate::streams {

namespace process = components::loki::process;
using process::StageArgs;
using process::match::Condition;
using process::match::Selector;

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

  void go(const std::vector<StageArgs>& stages) {
    for (const StageArgs& stage : stages)
      std::visit([&](const auto& args) { apply(args); },
                 static_cast<const process::AnyStageArgs&>(stage));
  }
  std::vector<Sample> finish() && { return std::move(samples_); }

 private:
  enum class Match { no, maybe, yes };

  void learn(const Sample& sample) {
    for (const auto& [name, value] : sample.labels[0].all()) labels_.insert(name);
  }

  /// Stages without a say over labels.
  template <class Args>
  void apply(const Args&) {}

  // These fill the extracted values from the line.
  void apply(const process::json::Args&) { extracts_ = true; }
  void apply(const process::logfmt::Args&) { extracts_ = true; }
  void apply(const process::pattern::Args& args) {
    extracts_ = true;
    if (!args.labels_from_groups) return;
    static const re2::RE2 capture("<([a-zA-Z_][a-zA-Z0-9_]*)>");
    re2::StringPiece rest(args.pattern);
    for (std::string name; re2::RE2::FindAndConsume(&rest, capture, &name);)
      if (name != "_") set_from_line(name);
  }
  void apply(const process::template_::Args&) { extracts_ = true; }
  void apply(const process::replace::Args&) { extracts_ = true; }
  void apply(const process::geoip::Args&) { extracts_ = true; }
  void apply(const process::windowsevent::Args&) { extracts_ = true; }
  void apply(const process::eventlogmessage::Args&) { extracts_ = true; }
  void apply(const process::split_json::Args&) { extracts_ = true; }
  void apply(const process::docker::Args&) { set_stream(); }
  void apply(const process::cri::Args&) { set_stream(); }
  void apply(const process::regex::Args& args) {
    extracts_ = true;
    if (!args.labels_from_groups || !args.expression.compiled) return;
    for (const auto& [name, group] : args.expression.compiled->NamedCapturingGroups())
      set_from_line(name);
  }

  void apply(const process::static_labels::Args& args) {
    for (const auto& [name, value] : args.values)
      if (value && !value->empty())
        for (Sample& sample : samples_) sample.set(name, *value);
  }
  void apply(const process::labels::Args& args) {
    for (const auto& [name, given] : args.values) {
      const std::string& source = given && !given->empty() ? *given : name;
      const bool is_label = args.source_type == process::labels::SourceType::extracted &&
                            !extracts_ && labels_.contains(source);
      if (is_label)
        copy(source, name);
      else if (extracts_ || args.source_type != process::labels::SourceType::extracted)
        set_from_line(name);
    }
  }
  void apply(const process::label_drop::Args& args) { erase(args.values); }
  void apply(const process::pack::Args& args) { erase(args.labels); }
  void apply(const process::label_keep::Args& args) {
    erase_if([&](const std::string& name) {
      return std::find(args.values.begin(), args.values.end(), name) == args.values.end();
    });
  }
  void apply(const process::structured_metadata::Args& args) {
    erase_if([&](const std::string& name) {
      for (const auto& [given_name, given] : args.values)
        if ((given && !given->empty() ? *given : given_name) == name) return true;
      return args.regex.compiled && re2::RE2::PartialMatch(name, *args.regex.compiled);
    });
  }
  void apply(const process::match::Args& args);

  void set_stream() {
    extracts_ = true;
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

void Ways::apply(const process::match::Args& args) {
  const auto selector = process::match::parse_selector(args.selector);
  if (!selector) return;  // Checking the configuration has said so.
  std::vector<Sample> selected, others;
  for (Sample& sample : samples_) {
    const Match match = matches(*selector, sample);
    if (match != Match::no) selected.push_back(sample);
    if (match != Match::yes) others.push_back(std::move(sample));
  }
  if (args.action == process::match::Action::keep && !selected.empty()) {
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

std::vector<Sample> through_stages(const std::vector<StageArgs>& stages, Sample sample) {
  Ways ways(std::move(sample));
  ways.go(stages);
  return std::move(ways).finish();
}

}  // namespace compiler::migrate::streams
