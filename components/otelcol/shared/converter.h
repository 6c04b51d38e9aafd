#pragma once
#include <atomic>
#include <memory>
#include <string_view>
#include <utility>

#include "components/component.h"
#include "components/otelcol/shared/output.h"
#include "components/otelcol/shared/processor.h"
#include "components/shared/batches.h"

namespace components::otelcol {

/// The exported `input` of a component that makes batches of another kind out of those of one
/// signal, in the thread that brings them; each keeps its ack. Any thread.
template <class Batch>
class Converter : public telemetry::OtlpReceiver {
 public:
  /// What a converter takes and makes. Constants.
  struct Kind {
    telemetry::Signal signal;
    std::string_view unit;    ///< that the made batches count in (telemetry::Flow)
    std::string_view advice;  ///< for the log, when data of another signal comes
  };

  Converter(const base::metrics::Scope& metrics, base::Logger log, const Kind& kind)
      : log_(std::move(log)), flows_(metrics), kind_(kind), made_(metrics, kind.unit) {}

  void set_next(telemetry::Receivers<Batch> next) { next_.set(std::move(next)); }
  /// From now on batches are abandoned.
  void close() { is_closed_ = true; }

  void receive(telemetry::OtlpBatch batch) override {
    const telemetry::Flow& flow = flows_.of(batch.signal);
    flow.receive(batch.count());
    if (is_closed_) {
      flow.abandon(batch.count());
      return batch.ack.abandon();
    }
    if (batch.signal != kind_.signal) {
      log_.warn("{}", kind_.advice);
      return flows_.drop_without_consumer(batch.signal, batch.count());
    }
    Batch made = convert(batch);
    made.ack = std::move(batch.ack);
    made.stop = std::move(batch.stop);
    if (made.count() == 0) return;
    made_.send(made.count());
    next_.receive(std::move(made));
  }

 protected:
  /// Makes the batch, and counts in flow() what does not become a part of it.
  virtual Batch convert(const telemetry::OtlpBatch& batch) = 0;

  const telemetry::Flow& flow() const { return flows_.of(kind_.signal); }
  const base::Logger& log() const { return log_; }

 private:
  const base::Logger log_;
  const Flows flows_;
  const Kind kind_;
  const telemetry::Flow made_;
  telemetry::Fanout<Batch> next_;
  std::atomic<bool> is_closed_ = false;
};

/// A component that is a Converter and no more. `Made` is constructed from metrics and log, and has
/// `void set(const Arguments&)`; the arguments have a `forward_to`.
template <class Arguments, class Made>
class ConverterComponent final : public ComponentOf<Arguments> {
 public:
  ConverterComponent(Context context, const Arguments& arguments)
      : context_(std::move(context)),
        made_(std::make_shared<Made>(context_.metrics, context_.log)) {
    (void)update(arguments);  // It cannot fail: there is nothing outside to fail.
    context_.publish(exports_of(made_));
  }

  base::Result<void> start() override { return {}; }
  void stop() override { made_->close(); }

 protected:
  base::Result<void> update(const Arguments& arguments) override {
    made_->set(arguments);
    made_->set_next(receivers_of(arguments.forward_to));
    return {};
  }

 private:
  const Context context_;
  const std::shared_ptr<Made> made_;
};

}  // namespace components::otelcol
