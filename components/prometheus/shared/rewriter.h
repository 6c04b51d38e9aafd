#pragma once
#include <atomic>
#include <cstddef>
#include <utility>

#include "base/mutex.h"
#include "telemetry/flow.h"
#include "telemetry/sample_batch.h"
#include "telemetry/series_rewrite.h"

namespace components::prometheus {

/// The exported receiver of a component that changes the labels of series: each series of a table
/// is rewritten once (series_rewrite.h). Any thread; batches of several sources do not wait for
/// each other.
class Rewriter : public telemetry::SampleReceiver {
 public:
  explicit Rewriter(const base::metrics::Scope& metrics);

  /// From now on; forgets results.
  void set_rewrite(telemetry::SeriesRewriter::Rewrite rewrite);
  void set_next(telemetry::Receivers<telemetry::SampleBatch> next) { next_.set(std::move(next)); }
  /// From now on batches are abandoned.
  void close() { closed_ = true; }

  void receive(telemetry::SampleBatch batch) final;

 protected:
  /// What became of one batch, for series of the component's own. Samples without exemplars.
  struct Outcome {
    size_t received = 0;
    size_t kept = 0;
    size_t new_series = 0;  ///< that were rewritten for this batch
    const telemetry::SeriesRewriter& rewriter;
  };
  virtual void count(const Outcome&) {}

 private:
  const telemetry::Flow flow_;
  const telemetry::Flow::Counter dropped_ = flow_.filtered("relabel_rule");
  base::Snapshot<telemetry::SeriesRewriter> rewriter_;
  telemetry::Fanout<telemetry::SampleBatch> next_;
  std::atomic<bool> closed_ = false;
};

}  // namespace components::prometheus
