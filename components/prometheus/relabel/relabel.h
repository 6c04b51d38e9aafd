#pragma once
#include <atomic>
#include <memory>

#include "base/mutex.h"
#include "components/component.h"
#include "components/prometheus/relabel/signature.h"
#include "telemetry/flow.h"
#include "telemetry/relabel.h"
#include "telemetry/sample_batch.h"
#include "telemetry/series_rewrite.h"

namespace components::prometheus::relabel {

/// The exported receiver: gives every series of a table to the rules once (series_rewrite.h). Any
/// thread; batches of several sources do not wait for each other.
class Relabeler final : public telemetry::SampleReceiver {
 public:
  explicit Relabeler(const base::metrics::Scope& metrics);

  /// New rules; forgets results.
  void set_rules(std::shared_ptr<const telemetry::relabel::Rules> rules);
  void set_next(telemetry::Receivers<telemetry::SampleBatch> next) { next_.set(std::move(next)); }
  /// From now on batches are abandoned.
  void close() { closed_ = true; }

  void receive(telemetry::SampleBatch batch) override;

 private:
  const telemetry::Flow flow_;
  const telemetry::Flow::Counter dropped_ = flow_.filtered("relabel_rule");
  std::shared_ptr<base::metrics::Counter> processed_;
  std::shared_ptr<base::metrics::Counter> written_;
  std::shared_ptr<base::metrics::Counter> cache_hits_;
  std::shared_ptr<base::metrics::Counter> cache_misses_;
  std::shared_ptr<base::metrics::Gauge> cache_size_;
  base::Snapshot<telemetry::SeriesRewriter> rewriter_;
  telemetry::Fanout<telemetry::SampleBatch> next_;
  std::atomic<bool> closed_ = false;
};

/// prometheus.relabel: a holder of rules, with a receiver that applies them.
class Relabel final : public ComponentOf<Arguments> {
 public:
  Relabel(Context context, const Arguments& arguments);

  base::Result<void> start() override { return {}; }
  void stop() override { relabeler_->close(); }

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  Context context_;
  std::shared_ptr<Relabeler> relabeler_;
};

}  // namespace components::prometheus::relabel
