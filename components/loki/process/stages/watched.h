#pragma once
#include <memory>
#include <string>
#include <vector>

#include "components/loki/process/stages/pipeline.h"

namespace components::loki::process::stages {

/// What happened at one stage, over all batches.
struct StageCount {
  uint64_t reached = 0;  ///< batches with at least one row
  /// Some row was changed or dropped, or a value was taken from it. Of stages whose effect no row
  /// shows (metrics), or chance or time decides (sampling, a rate): as soon as it is reached.
  bool has_effect = false;
};

/// A pipeline that notes which of its stages did something. It delivers to nobody, waits for
/// nothing and has metrics of its own. One thread.
class WatchedPipeline final : public StageWatch {
 public:
  /// `stages` must outlive it.
  WatchedPipeline(const StageList& stages, std::string component);

  telemetry::LogBatch process(telemetry::LogBatch batch) {
    return pipeline_->process(std::move(batch));
  }
  telemetry::LogBatch flush() { return pipeline_->flush(Stage::kAll); }
  /// Stages that remember lines of before begin anew, and nothing is dropped yet. The
  /// time stands still at `now_ns`, and chance begins with the same numbers.
  void begin(int64_t now_ns);

  /// By the order in which the stages are written, those within others after them.
  const std::vector<StageCount>& counts() const { return counts_; }
  /// The stage of each row that was dropped since begin().
  const std::vector<size_t>& dropped_by() const { return dropped_by_; }

  size_t next() override;
  StagePointer watch(size_t number, const StageArgs& args, StagePointer stage) override;
  int64_t now_ns() const override { return now_ns_; }

 private:
  class Watched;

  const StageList& stages_;
  const std::string component_;
  base::metrics::Registry registry_;
  base::metrics::Scope scope_;
  telemetry::Flow flow_;
  base::Logger log_;
  std::stop_source stopped_;  // Stages do not wait: what would have to is dropped.
  bool remembers_;
  size_t made_ = 0;
  int64_t now_ns_ = 0;
  std::vector<StageCount> counts_;
  std::vector<size_t> dropped_by_;
  std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace components::loki::process::stages
