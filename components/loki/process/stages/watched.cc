#include "components/loki/process/stages/watched.h"

#include <algorithm>

#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/limit.h"
#include "components/loki/process/stages/match.h"
#include "components/loki/process/stages/metrics.h"

namespace components::loki::process::stages {
namespace {

/// What a row is, so that it can be compared with what it was.
struct RowImage {
  uint32_t row = 0;
  int64_t timestamp_ns = 0;
  std::string line;
  telemetry::Labels labels;
  std::vector<std::pair<std::string, std::string>> metadata, named;
  std::vector<std::optional<std::string>> values;

  bool operator==(const RowImage&) const = default;
};

std::vector<std::pair<std::string, std::string>> texts_of(
    const telemetry::LogBatch& batch, std::span<const telemetry::Metadata> list) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& pair : list) out.emplace_back(batch.text(pair.name), batch.text(pair.value));
  return out;
}

std::vector<RowImage> images_of(Frame& frame) {
  std::vector<RowImage> out;
  for (const uint32_t row : frame.rows) {
    const telemetry::Entry& entry = frame.entry(row);
    RowImage& image = out.emplace_back();
    image.row = row;
    image.timestamp_ns = entry.timestamp_ns;
    image.line = frame.line(row);
    image.labels = frame.batch.labels(entry);
    image.metadata = texts_of(frame.batch, frame.batch.metadata_of(entry));
    image.named = texts_of(frame.batch, frame.named(row));
    for (Slot slot = 0; slot < frame.slots(); ++slot)
      image.values.emplace_back(frame.value(row, slot));
  }
  return out;
}

/// Its results depend on lines, or on time, of before.
bool has_memory(const StageList& stages) {
  return std::any_of(stages.begin(), stages.end(), [](const StageArgs& stage) {
    if (const MatchArgs* match = stage.as(kMatch)) return has_memory(match->stages);
    return stage.is(kLimit) || stage.is(kTimestamp) || stage.is(kCri) || stage.is(kSampling) ||
           stage.is(kMultiline);
  });
}

}  // namespace

/// Stands around a stage.
class WatchedPipeline::Watched final : public Stage {
 public:
  Watched(WatchedPipeline& owner, size_t number, bool shows, StagePointer stage)
      : owner_(owner), number_(number), shows_(shows), stage_(std::move(stage)) {}

  void process(Frame& frame) override {
    StageCount& count = owner_.counts_[number_];
    ++count.reached;
    count.has_effect |= !shows_;
    const size_t rows = frame.rows.size(), held_before = stage_->held();
    const size_t dropped_within = owner_.dropped_by_.size();
    // Once it had an effect nothing more is asked of it.
    const std::vector<RowImage> before =
        count.has_effect ? std::vector<RowImage>() : images_of(frame);
    stage_->process(frame);
    if (frame.rows.size() < rows && stage_->held() == held_before) {
      const size_t gone = rows - frame.rows.size();
      const size_t known = owner_.dropped_by_.size() - dropped_within;
      owner_.dropped_by_.insert(owner_.dropped_by_.end(), gone - std::min(known, gone), number_);
    }
    if (!count.has_effect)
      owner_.counts_[number_].has_effect =
          stage_->held() != held_before || !(images_of(frame) == before);
  }

  size_t held() const override { return stage_->held(); }
  std::optional<Clock::duration> holds_for() const override { return stage_->holds_for(); }
  Clock::time_point due() const override { return stage_->due(); }
  void flush(Frame& frame, Clock::time_point now) override { stage_->flush(frame, now); }

 private:
  WatchedPipeline& owner_;
  const size_t number_;
  const bool shows_;  // Rows show what it does.
  const StagePointer stage_;
};

WatchedPipeline::WatchedPipeline(const StageList& stages, std::string component)
    : stages_(stages),
      component_(std::move(component)),
      scope_(registry_, component_),
      flow_(scope_, telemetry::Flow::kLines),
      log_(component_),
      remembers_(has_memory(stages)) {
  stopped_.request_stop();
  begin(0);
}

void WatchedPipeline::begin(int64_t now_ns) {
  now_ns_ = now_ns;
  dropped_by_.clear();
  if (pipeline_ && !remembers_) return;
  made_ = 0;
  pipeline_ = std::make_unique<Pipeline>(stages_, scope_, flow_, log_, stopped_.get_token(),
                                         component_, this);
}

size_t WatchedPipeline::next() {
  if (counts_.size() <= made_) counts_.emplace_back();
  return made_++;
}

StagePointer WatchedPipeline::watch(size_t number, const StageArgs& args, StagePointer stage) {
  const bool shows = !args.is(kMetrics) && !args.is(kLimit) && !args.is(kSampling);
  return std::make_unique<Watched>(*this, number, shows, std::move(stage));
}

}  // namespace components::loki::process::stages
