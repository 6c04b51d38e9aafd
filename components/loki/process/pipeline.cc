#include "components/loki/process/pipeline.h"

#include <algorithm>
#include <utility>

namespace components::loki::process {
namespace {

StagePointer no_stage() {
  return nullptr;
}

}  // namespace

Stages make_stages(const std::vector<StageArgs>& list, Build& build) {
  Stages stages;
  for (const StageArgs& any : list) {
    StagePointer made = std::visit(
        [&](const auto& args) {
          if constexpr (requires { make_stage(args, build); })
            return make_stage(args, build);
          else
            return no_stage();  // Checking the config has said that it has no effect.
        },
        static_cast<const AnyStageArgs&>(any));
    if (made) stages.add(std::move(made));
  }
  return stages;
}

void Stages::process(Frame& frame) const {
  for (const auto& stage : stages_) {
    if (frame.rows.empty()) break;
    stage->process(frame);
  }
}

void Stages::flush(Frame& frame, Clock::time_point now) const {
  for (const auto& stage : stages_) {
    if (!frame.rows.empty()) stage->process(frame);
    stage->flush(frame, now);
  }
}

size_t Stages::held() const {
  size_t held = 0;
  for (const auto& stage : stages_) held += stage->held();
  return held;
}

std::optional<Clock::duration> Stages::holds_for() const {
  std::optional<Clock::duration> least;
  for (const auto& stage : stages_)
    if (const auto time = stage->holds_for()) least = std::min(*time, least.value_or(*time));
  return least;
}

Clock::time_point Stages::due() const {
  auto next = Clock::time_point::max();
  for (const auto& stage : stages_) next = std::min(next, stage->due());
  return next;
}

Pipeline::Pipeline(const std::vector<StageArgs>& stages, const base::metrics::Scope& metrics,
                   const base::Logger& log, std::stop_token stop) {
  Build build{names_, metrics, nullptr, std::move(stop), replaced_.get_token()};
  make_stages(stages, build);  // Only to learn which names are read.
  build.log = &log;
  stages_ = make_stages(stages, build);
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
  return frame_.unload();
}

telemetry::LogBatch Pipeline::flush(Clock::time_point now) {
  const auto handover = std::make_shared<Handover>();
  handover->done(now);
  frame_.load({}, names_.size(), handover);
  stages_.flush(frame_, now);
  return frame_.unload();
}

}  // namespace components::loki::process
