#include "components/loki/process/process.h"

#include "components/shared/receivers.h"
#include "river/schema/decode.h"

namespace components::loki::process {

Process::Process(Context context, const Arguments& arguments)
    : context_(std::move(context)), processor_(std::make_shared<Processor>(context_.metrics)) {
  (void)update(arguments);  // Before start() it needs no thread, so it cannot fail.
  const Exports exports{.receiver = {processor_}};
  context_.publish(river::schema::encode_exports(kSignature.exports, &exports));
}

base::Result<void> Process::update(const Arguments& arguments) {
  // New receivers alone leave the pipeline, and what its stages remember, as it is.
  const Arguments only_stages{.forward_to = {}, .stages = arguments.stages};
  river::Value stages = river::schema::encode(kSignature.arguments, &only_stages);
  if (!(stages == stages_)) {
    auto pipeline = std::make_shared<Pipeline>(arguments.stages, context_.metrics, context_.log,
                                               processor_->stopping());
    problem_ = fmt::to_string(fmt::join(pipeline->problems(), "; "));
    if (!problem_.empty()) context_.log.warn("{}", problem_);
    if (auto set = processor_->set_pipeline(std::move(pipeline)); !set) return set;
    stages_ = std::move(stages);
  }
  processor_->set_next(receivers_of(arguments.forward_to));
  return {};
}

Health Process::health() const {
  if (problem_.empty()) return {Health::State::healthy, {}};
  return {Health::State::unhealthy, problem_};
}

}  // namespace components::loki::process
