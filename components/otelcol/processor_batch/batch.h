#pragma once
#include <array>
#include <memory>

#include "components/component.h"
#include "components/otelcol/processor_batch/gatherer.h"
#include "components/otelcol/processor_batch/signature.h"

namespace components::otelcol::processor_batch {

/// The `input`: a gatherer for each signal, so that one whose receivers are slow does not hold up
/// the others. Other components may hold it longer than the component lives.
class Input final : public telemetry::OtlpReceiver {
 public:
  explicit Input(const base::metrics::Scope& metrics);

  void receive(telemetry::OtlpBatch batch) override {
    gatherers_[static_cast<size_t>(batch.signal)].take(std::move(batch));
  }
  void update(const Arguments& arguments);
  base::Result<void> start();
  void drain();
  bool is_drained() const;
  void stop();

 private:
  const Flows flows_;
  const Counts counts_;
  Output output_;
  std::array<Gatherer, 3> gatherers_;  // by signal
};

/// otelcol.processor.batch.
class Batch final : public ComponentOf<Arguments> {
 public:
  Batch(Context context, const Arguments& arguments);

  base::Result<void> start() override { return input_->start(); }
  void drain(Clock::time_point) override { input_->drain(); }
  bool is_drained() const override { return input_->is_drained(); }
  void stop() override { input_->stop(); }

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  const Context context_;
  const std::shared_ptr<Input> input_;
};

}  // namespace components::otelcol::processor_batch
