#include "components/loki/process/process.h"

#include "components/shared/receivers.h"
#include "river/schema/decode.h"

namespace components::loki::process {

using telemetry::LogBatch;

Processor::Processor(const base::metrics::Scope& metrics)
    : received_(metrics.counter("loki_process_entries_received_total", "Entries received.")),
      sent_(metrics.counter("loki_process_entries_sent_total", "Entries sent on.")),
      held_(metrics.gauge("loki_process_entries_held",
                          "Entries that wait for more lines to be joined with.")) {}

void Processor::set_pipeline(std::unique_ptr<Pipeline> pipeline) {
  base::Lock lock(mutex_);
  pipeline_.swap(pipeline);  // The old one dies after the lock is released.
}

void Processor::receive(LogBatch batch) {
  if (closed_) return batch.ack.abandon();
  received_->add(batch.entries.size());
  {
    base::Lock lock(mutex_);
    batch = pipeline_->process(std::move(batch));
    held_->set(static_cast<double>(pipeline_->held()));
  }
  if (batch.entries.empty()) return;
  sent_->add(batch.entries.size());
  next_.receive(std::move(batch));
}

Process::Process(Context context, const Arguments& arguments)
    : context_(std::move(context)), processor_(std::make_shared<Processor>(context_.metrics)) {
  (void)update(arguments);  // It cannot fail: there is nothing outside to fail.
  const Exports exports{.receiver = {processor_}};
  context_.publish(river::schema::encode_exports(kSignature.exports, &exports));
}

base::Result<void> Process::update(const Arguments& arguments) {
  // New receivers alone leave the pipeline, and what its stages remember, as it is.
  const Arguments only_stages{.forward_to = {}, .stages = arguments.stages};
  river::Value stages = river::schema::encode(kSignature.arguments, &only_stages);
  if (!(stages == stages_)) {
    processor_->set_pipeline(
        std::make_unique<Pipeline>(arguments.stages, context_.metrics, context_.log));
    stages_ = std::move(stages);
  }
  processor_->set_next(receivers_of(arguments.forward_to));
  return {};
}

}  // namespace components::loki::process
