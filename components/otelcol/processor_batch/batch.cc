#include "components/otelcol/processor_batch/batch.h"

#include <algorithm>
#include <utility>

#include "components/otelcol/shared/processor.h"

namespace components::otelcol::processor_batch {

using telemetry::Signal;

Input::Input(const base::metrics::Scope& metrics)
    : flows_(metrics),
      counts_(metrics),
      gatherers_{Gatherer(Signal::traces, flows_, counts_, output_),
                 Gatherer(Signal::metrics, flows_, counts_, output_),
                 Gatherer(Signal::logs, flows_, counts_, output_)} {}

void Input::update(const Arguments& arguments) {
  output_.set(arguments.output);
  for (Gatherer& gatherer : gatherers_) gatherer.update(arguments);
}

base::Result<void> Input::start() {
  for (Gatherer& gatherer : gatherers_)
    if (auto started = gatherer.start(); !started) return started;
  return {};
}

void Input::drain() {
  for (Gatherer& gatherer : gatherers_) gatherer.drain();
}

bool Input::is_drained() const {
  return std::ranges::all_of(gatherers_, &Gatherer::is_drained);
}

void Input::stop() {
  for (Gatherer& gatherer : gatherers_) gatherer.stop();
}

Batch::Batch(Context context, const Arguments& arguments)
    : context_(std::move(context)), input_(std::make_shared<Input>(context_.metrics)) {
  (void)update(arguments);  // It cannot fail: there is nothing outside to fail.
  context_.publish(exports_of(input_));
}

base::Result<void> Batch::update(const Arguments& arguments) {
  input_->update(arguments);
  return {};
}

}  // namespace components::otelcol::processor_batch
