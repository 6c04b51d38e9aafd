#pragma once
#include "base/mutex.h"
#include "components/component.h"
#include "components/loki/process/pipeline.h"
#include "telemetry/fanout.h"

namespace components::loki::process {

/// The exported receiver. Batches of several sources take turns in the stages, not while they are
/// sent on.
class Processor final : public telemetry::LogReceiver {
 public:
  explicit Processor(const base::metrics::Scope& metrics);

  void set_pipeline(std::unique_ptr<Pipeline> pipeline);
  void set_next(telemetry::LogReceivers next) { next_.set(std::move(next)); }
  /// From now on batches are abandoned.
  void close() { closed_ = true; }

  void receive(telemetry::LogBatch batch) override;

 private:
  std::shared_ptr<base::metrics::Counter> received_;
  std::shared_ptr<base::metrics::Counter> sent_;
  std::shared_ptr<base::metrics::Gauge> held_;
  base::Mutex mutex_;
  std::unique_ptr<Pipeline> pipeline_ GUARDED_BY(mutex_);
  telemetry::Fanout next_;
  std::atomic<bool> closed_ = false;
};

/// loki.process: stages over log entries.
class Process final : public ComponentOf<Arguments> {
 public:
  Process(Context context, const Arguments& arguments);

  base::Result<void> start() override { return {}; }
  void stop() override { processor_->close(); }

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  Context context_;
  std::shared_ptr<Processor> processor_;
  river::Value stages_;  // What the pipeline was built of.
};

}  // namespace components::loki::process
