#include "components/loki/process/pipeline.h"

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
    if (made) stages.push_back(std::move(made));
  }
  return stages;
}

Pipeline::Pipeline(const std::vector<StageArgs>& stages, const base::metrics::Scope& metrics,
                   const base::Logger& log) {
  Build build{names_, metrics};
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

telemetry::LogBatch Pipeline::process(telemetry::LogBatch batch) {
  frame_.load(std::move(batch), names_.size());
  extract_labels();
  for (const auto& stage : stages_) {
    if (frame_.rows.empty()) break;
    stage->process(frame_);
  }
  return frame_.unload();
}

size_t Pipeline::held() const {
  size_t held = 0;
  for (const auto& stage : stages_) held += stage->held();
  return held;
}

}  // namespace components::loki::process
