#include <random>

#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct SamplingArgs {
  std::string drop_counter_reason = "sampling_stage";
  double rate = 0;
};

namespace {

constexpr schema::Field kSamplingFields[] = {
    schema::attr<&SamplingArgs::drop_counter_reason>("drop_counter_reason", Need::optional,
                                                     "Reason on the drop counter."),
    schema::attr<&SamplingArgs::rate>("rate", Need::required, "Part that is kept, 0 to 1."),
};

void validate(const SamplingArgs& args, schema::Scope& scope) {
  if (scope.known("rate") && !(args.rate >= 0 && args.rate <= 1))
    scope.error("rate", "C088", "rate must be between 0 and 1, it is {}", args.rate);
}

class SamplingStage final : public Stage {
 public:
  SamplingStage(const SamplingArgs& args, Build& build)
      : keep_(args.rate),
        random_(build.seed()),
        dropped_(build.dropped(args.drop_counter_reason)) {}

  void process(Frame& frame) override {
    dropped_.add(std::erase_if(frame.rows, [&](uint32_t) { return !keep_(random_); }));
  }

 private:
  std::bernoulli_distribution keep_;
  std::mt19937_64 random_;
  const Drops dropped_;
};

StagePointer make(const SamplingArgs& args, Build& build) {
  return std::make_unique<SamplingStage>(args, build);
}

}  // namespace

constexpr StageKindOf<SamplingArgs> kSampling = stage_kind<SamplingArgs, make, track_drop>(
    "stage.sampling", "Keeps a random part of the entries.",
    schema::schema_of<SamplingArgs, validate>(kSamplingFields));

}  // namespace components::loki::process::stages
