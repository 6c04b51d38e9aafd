#include <random>

#include "components/loki/process/stages.h"

namespace components::loki::process {
namespace {

class SamplingStage final : public Stage {
 public:
  SamplingStage(const sampling::Args& args, Build& build)
      : keep_(args.rate), dropped_(build.dropped(args.drop_counter_reason)) {}

  void process(Frame& frame) override {
    dropped_->add(std::erase_if(frame.rows, [&](uint32_t) { return !keep_(random_); }));
  }

 private:
  std::bernoulli_distribution keep_;
  std::mt19937_64 random_{std::random_device{}()};
  std::shared_ptr<base::metrics::Counter> dropped_;
};

}  // namespace

StagePointer make_stage(const sampling::Args& args, Build& build) {
  return std::make_unique<SamplingStage>(args, build);
}

}  // namespace components::loki::process
