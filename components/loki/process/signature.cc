#include "components/loki/process/signature.h"

#include "components/loki/process/stages/watched.h"
#include "components/shared/streams.h"

namespace components::loki::process {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::forward_to>("forward_to", schema::Need::required,
                                         "Receivers of the processed entries."),
    schema::squash<&Arguments::stages>(stages::kStageBlocks),
};

constexpr schema::Field kExports[] = {
    schema::attr<&Exports::receiver>("receiver", schema::Need::required,
                                     "Takes entries to process."),
};

/// Its stages, for `cfgc test`.
class StageTrial final : public Trial {
 public:
  explicit StageTrial(const stages::StageList& stages) : pipeline_(stages, "loki.process") {}

  telemetry::LogBatch process(telemetry::LogBatch batch) override {
    batch = pipeline_.process(std::move(batch));
    note();
    return batch;
  }
  telemetry::LogBatch flush() override {
    auto batch = pipeline_.flush();
    note();
    return batch;
  }
  void begin_case(int64_t now_ns) override { pipeline_.begin(now_ns); }
  const std::vector<StepCount>& steps() const override { return steps_; }
  const std::vector<size_t>& dropped_by() const override { return pipeline_.dropped_by(); }

 private:
  void note() {
    steps_.clear();
    for (const auto& [reached, has_effect] : pipeline_.counts())
      steps_.push_back({reached, has_effect});
  }

  stages::WatchedPipeline pipeline_;
  std::vector<StepCount> steps_;
};

std::any streams(const Arguments& arguments) {
  return Streams{
      .receives = true,
      .change = [&](telemetry::LabelTracker& labels) { stages::track(arguments.stages, labels); },
      .trial = [&] { return std::make_unique<StageTrial>(arguments.stages); },
      .forward_to = arguments.forward_to};
}

}  // namespace

constexpr schema::Signature kSignature{
    .name = "loki.process",
    .doc = "Parses, labels, changes and filters log entries in stages.",
    .arguments = schema::schema_of(kFields),
    .exports = kExports,
    .make_arguments = schema::make_arguments<Arguments>,
    .streams = schema::hook<Arguments, streams>,
};

}  // namespace components::loki::process
