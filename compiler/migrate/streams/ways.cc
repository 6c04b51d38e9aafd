#include <fmt/format.h>

#include <algorithm>

#include "compiler/migrate/streams/walk.h"
#include "telemetry/label_tracker.h"

namespace compiler::migrate::streams {

namespace {

constexpr size_t kWaysMax = 64;
constexpr size_t kFirstLineMarker = 80;  // Markers below are the sources'.
constexpr size_t kLineMarkers = 20;

/// The ways that entries of one sample can have taken through stages.
class Ways final : public telemetry::LabelTracker {
 public:
  explicit Ways(Sample sample) : samples_{std::move(sample)} {
    for (const auto& [name, value] : samples_[0].labels[0].all()) labels_.insert(name);
  }
  Ways(std::vector<Sample> samples, const Ways& outer)
      : samples_(std::move(samples)), labels_(outer.labels_), extracts_(outer.extracts_) {}

  std::vector<Sample> finish() && { return std::move(samples_); }

  void extract() override { extracts_ = true; }
  void set(std::string_view name, std::string_view value) override {
    for (Sample& sample : samples_) sample.set(name, value);
  }
  void set_extracted(const std::string& name, const std::string& source) override {
    if (!extracts_ && labels_.contains(source))
      copy(source, name);
    else if (extracts_)
      set_from_line(name);
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
  enum class Match { no, maybe, yes };
  static Match matches(const Condition& condition, const Sample& sample);

  void copy(const std::string& from, const std::string& to) {
    for (Sample& sample : samples_)
      for (auto& builder : sample.labels)
        if (const std::string value(builder.get(from)); !value.empty()) builder.set(to, value);
  }
  void take(std::vector<Sample> samples) {
    if (samples.size() > kWaysMax) {
      samples.resize(kWaysMax);
      for (Sample& sample : samples)
        sample.doubt(fmt::format("more than {} ways through the stages", kWaysMax));
    }
    samples_ = std::move(samples);
  }

  std::vector<Sample> samples_;
  std::set<std::string, std::less<>> labels_;  ///< those that the entry came with
  bool extracts_ = false;                      ///< an earlier stage took values from the line
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

Ways::Match Ways::matches(const Condition& condition, const Sample& sample) {
  size_t yes = 0;
  for (const auto& builder : sample.labels)
    yes += condition.holds([&](std::string_view name) { return builder.get(name); });
  if (std::any_of(condition.reads.begin(), condition.reads.end(),
                  [&](const std::string& name) { return sample.maybe.contains(name); }))
    return Match::maybe;
  if (yes == 0) return Match::no;
  return yes == kVariants && !condition.reads_line ? Match::yes : Match::maybe;
}

void Ways::branch(const Condition& condition, const std::function<void(LabelTracker&)>& inner) {
  std::vector<Sample> selected, others;
  for (Sample& sample : samples_) {
    const Match match = matches(condition, sample);
    if (match != Match::no) selected.push_back(sample);
    if (match != Match::yes) others.push_back(std::move(sample));
  }
  if (inner && !selected.empty()) {
    Ways branch(std::move(selected), *this);
    branch.next_marker_ = next_marker_;
    inner(branch);
    extracts_ = extracts_ || branch.extracts_;
    next_marker_ = branch.next_marker_;
    std::move(branch.samples_.begin(), branch.samples_.end(), std::back_inserter(others));
  }
  take(std::move(others));
}

}  // namespace

std::vector<Sample> through(const std::function<void(telemetry::LabelTracker&)>& change,
                            Sample sample) {
  Ways ways(std::move(sample));
  change(ways);
  return std::move(ways).finish();
}

}  // namespace compiler::migrate::streams
