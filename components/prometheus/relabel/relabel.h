#pragma once
#include <memory>

#include "components/component.h"
#include "components/prometheus/relabel/signature.h"
#include "components/prometheus/shared/rewriter.h"

namespace components::prometheus::relabel {

/// A Rewriter with the series that Grafana Alloy has for this component.
class Relabeler final : public Rewriter {
 public:
  explicit Relabeler(const base::metrics::Scope& metrics);

 private:
  void count(const Outcome& outcome) override;

  std::shared_ptr<base::metrics::Counter> processed_;
  std::shared_ptr<base::metrics::Counter> written_;
  std::shared_ptr<base::metrics::Counter> cache_hits_;
  std::shared_ptr<base::metrics::Counter> cache_misses_;
  std::shared_ptr<base::metrics::Gauge> cache_size_;
};

/// prometheus.relabel: a holder of rules, with a receiver that gives each series to them once.
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
