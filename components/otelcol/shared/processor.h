#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "base/mutex.h"
#include "components/component.h"
#include "components/otelcol/shared/output.h"

namespace components::otelcol {

/// The exported `input` of a component that changes batches, or drops items of them, and passes
/// them on at once. A batch keeps its ack. Any thread; batches of several senders do not wait for
/// each other.
class Processor final : public telemetry::OtlpReceiver {
 public:
  /// Works on a batch in place. Called from any thread, also side by side.
  using Change = std::function<void(telemetry::OtlpBatch&)>;

  /// Items that Change removes are counted as dropped by configuration, for this reason.
  Processor(const base::metrics::Scope& metrics, std::string_view reason);

  /// From now on.
  void set(Change change, const OutputArguments& output);
  /// From now on batches are abandoned.
  void close() { is_closed_ = true; }

  void receive(telemetry::OtlpBatch batch) override;

 private:
  Flows flows_;
  std::array<telemetry::Flow::Counter, 3> removed_;  // by signal
  base::Snapshot<Change> change_;
  Output output_;
  std::atomic<bool> is_closed_ = false;
};

/// What a component exports that takes batches by this receiver.
river::Value exports_of(std::shared_ptr<telemetry::OtlpReceiver> input);

/// A component that is a Processor and no more. `Work` is made of arguments, which must have an
/// `output`, and a logger, and has `void apply(telemetry::OtlpBatch&) const` and `kReason`, why
/// items go.
template <class Arguments, class Work>
class ProcessorComponent final : public ComponentOf<Arguments> {
 public:
  ProcessorComponent(Context context, const Arguments& arguments)
      : context_(std::move(context)),
        processor_(std::make_shared<Processor>(context_.metrics, Work::kReason)) {
    (void)update(arguments);  // It cannot fail: there is nothing outside to fail.
    context_.publish(exports_of(processor_));
  }

  base::Result<void> start() override { return {}; }
  void stop() override { processor_->close(); }

 protected:
  base::Result<void> update(const Arguments& arguments) override {
    auto work = std::make_shared<const Work>(arguments, context_.log);
    processor_->set([work = std::move(work)](telemetry::OtlpBatch& batch) { work->apply(batch); },
                    arguments.output);
    return {};
  }

 private:
  Context context_;
  std::shared_ptr<Processor> processor_;
};

}  // namespace components::otelcol
