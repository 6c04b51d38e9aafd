#include "components/loki/process/stages/pipeline.h"

#include <utility>

namespace components::loki::process::stages {

Pipeline::Pipeline(const StageList& stages, const base::metrics::Scope& metrics,
                   const telemetry::Flow& flow, const base::Logger& log, std::stop_token stop,
                   std::string component, StageWatch* watch)
    : flow_(flow) {
  Build build{names_, metrics, flow_, nullptr, std::move(stop), replaced_.get_token()};
  build.component = std::move(component);
  make_stages(stages, build);  // Only to learn which names are read.
  build.log = &log;
  build.problems = &problems_;
  build.watch = watch;
  stages_ = make_stages(stages, build);
  without_room_ = metrics.counter("loki_process_texts_without_room_total",
                                  "Texts made by stages that became empty: their batch was full.");
}

Pipeline::~Pipeline() {
  flow_.abandon(held_);
  held_shown_->add(-static_cast<double>(held_));
}

/// Takes the batch out of the frame, and shows what stages hold now.
telemetry::LogBatch Pipeline::unload() {
  without_room_->add(frame_.take_without_room());
  const size_t held = stages_.held();
  held_shown_->add(static_cast<double>(held) - static_cast<double>(std::exchange(held_, held)));
  return frame_.unload();
}

void Pipeline::extract_labels() {
  const auto& sets = frame_.batch.label_sets;
  std::vector<std::pair<Slot, telemetry::Slice>> values;
  std::vector<std::pair<size_t, size_t>> ranges(sets.size());
  for (size_t i = 0; i < sets.size(); ++i) {
    ranges[i].first = values.size();
    for (const auto& [name, value] : sets[i].all())
      if (const auto slot = names_.find(name)) values.emplace_back(*slot, frame_.put(value));
    ranges[i].second = values.size();
  }
  if (values.empty()) return;
  for (const uint32_t row : frame_.rows) {
    const auto [first, last] = ranges[frame_.entry(row).labels];
    for (size_t i = first; i < last; ++i) frame_.set(row, values[i].first, values[i].second);
  }
}

telemetry::LogBatch Pipeline::process(telemetry::LogBatch batch,
                                      std::shared_ptr<const Handover> handover) {
  frame_.load(std::move(batch), names_.size(), std::move(handover));
  extract_labels();
  stages_.process(frame_);
  return unload();
}

telemetry::LogBatch Pipeline::flush(Clock::time_point now) {
  const auto handover = std::make_shared<Handover>();
  handover->done(now);
  frame_.load({}, names_.size(), handover);
  stages_.flush(frame_, now);
  return unload();
}

}  // namespace components::loki::process::stages
