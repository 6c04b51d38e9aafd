#pragma once
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/mutex.h"
#include "base/thread.h"
#include "components/component.h"
#include "components/loki/process/signature.h"
#include "components/loki/process/stages/pipeline.h"
#include "telemetry/log_batch.h"

namespace components::loki::process {

using stages::Clock;
using stages::Handover;
using stages::Pipeline;

/// The exported receiver. Batches of several sources take turns in the stages, not while they are
/// sent on.
///
/// Lines that a stage holds for a time are flushed by a thread of this class, which runs only when
/// a pipeline has such a stage, and sleeps until the next of them is due. A flush waits until no
/// batch is under way and keeps new ones out until it is sent, so that no later line overtakes it.
class Processor final : public telemetry::LogReceiver {
 public:
  explicit Processor(const base::metrics::Scope& metrics);
  ~Processor() override;

  /// The numbers of the component, for its pipelines.
  const telemetry::Flow& flow() const { return flow_; }

  // For the control thread.
  /// What the old pipeline holds is flushed before the new one takes its first batch. Fails, and
  /// keeps the old one, when the new one needs a thread that cannot be had.
  base::Result<void> set_pipeline(std::shared_ptr<Pipeline> pipeline);
  void set_next(telemetry::Receivers<telemetry::LogBatch> next) { next_.set(std::move(next)); }
  /// From now on there may be a thread. Fails when it cannot be had.
  base::Result<void> start();
  /// From now on batches are abandoned. What is held goes on if it is taken without waiting, and is
  /// abandoned otherwise. Nothing is sent after it returns but by receive() calls under way.
  void close();
  /// Requested by close(); for the stages of a pipeline.
  std::stop_token stopping() const { return stopping_.get_token(); }

  void receive(telemetry::LogBatch batch) override;

 private:
  using PipelinePtr = std::shared_ptr<Pipeline>;
  struct Flush {
    PipelinePtr pipeline;
    Clock::time_point until;
  };

  /// Waits for its turn in the pipeline. nullptr when a stop comes first.
  PipelinePtr enter(const std::stop_token& stop);
  void leave_pipeline();
  bool is_free() const REQUIRES_LOCK(mutex_) { return !busy_ && !flushing_ && replaced_.empty(); }
  /// Lets one source in: only one can be. It is called again when that source leaves, or gives up.
  void wake_source() REQUIRES_LOCK(mutex_) {
    if (waiting_ > 0 && is_free()) for_sources_.notify_one();
  }
  void end_send();

  base::Result<void> start_thread() REQUIRES_LOCK(mutex_);
  void run();
  /// Sleeps until something is due and nothing is under way. nullopt when closed.
  std::optional<Flush> next_flush();
  bool may_flush() REQUIRES_LOCK(mutex_);
  template <class Predicate>
  void wait_for_idle(Predicate is_idle) REQUIRES_LOCK(mutex_) {
    ++waiting_for_idle_;
    for_flush_.wait(mutex_, is_idle);
    --waiting_for_idle_;
  }
  void flush(const Flush& flush, std::stop_token stop);

  const telemetry::Flow flow_;
  const telemetry::Flow::Gauge buffered_ = flow_.buffered();  // At the door, and in the stages.
  telemetry::Fanout<telemetry::LogBatch> next_;
  std::stop_source stopping_;
  base::Thread thread_;  // The control thread's.

  base::Mutex mutex_;
  base::Condition for_sources_;  // The pipeline is free.
  base::Condition for_flush_;    // Something may be due sooner, or nothing is under way.
  PipelinePtr pipeline_ GUARDED_BY(mutex_);
  std::vector<PipelinePtr> replaced_ GUARDED_BY(mutex_);  // Still hold lines.
  bool started_ GUARDED_BY(mutex_) = false;
  bool closed_ GUARDED_BY(mutex_) = false;
  bool busy_ GUARDED_BY(mutex_) = false;         // Somebody is in the pipeline.
  bool flushing_ GUARDED_BY(mutex_) = false;     // Wanted, or under way.
  int waiting_ GUARDED_BY(mutex_) = 0;           // Sources that wait for their turn.
  int waiting_for_idle_ GUARDED_BY(mutex_) = 0;  // Those who wait until nothing is under way.
  int sending_ GUARDED_BY(mutex_) = 0;           // Batches that entered and are not handed on.
  bool poked_ GUARDED_BY(mutex_) = false;
  Clock::time_point wakes_at_ GUARDED_BY(mutex_) = Clock::time_point::max();
};

/// loki.process: stages over log entries.
class Process final : public ComponentOf<Arguments> {
 public:
  Process(Context context, const Arguments& arguments);

  base::Result<void> start() override { return processor_->start(); }
  void stop() override { processor_->close(); }
  Health health() const override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  Context context_;
  std::shared_ptr<Processor> processor_;
  river::Value stages_;  // What the pipeline was built of.
  std::string problem_;  // Of that pipeline: what it misses of the machine.
};

}  // namespace components::loki::process
