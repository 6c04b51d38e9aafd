#pragma once
#include <memory>

#include "components/prometheus/relabel/signature.h"
#include "components/prometheus/shared/rewriter.h"
#include "components/shared/relabel.h"

namespace components::prometheus::relabel {

/// A Rewriter with the series that Grafana Alloy has for this component.
class Relabeler final : public Rewriter {
 public:
  explicit Relabeler(const base::metrics::Scope& metrics);

  /// From now on; forgets results.
  void set_rules(std::shared_ptr<const RelabelRules> rules, size_t cache_entries_max);

 private:
  void count(const Outcome& outcome) override;

  std::shared_ptr<base::metrics::Counter> processed_;
  std::shared_ptr<base::metrics::Counter> written_;
  std::shared_ptr<base::metrics::Counter> cache_hits_;
  std::shared_ptr<base::metrics::Counter> cache_misses_;
  std::shared_ptr<base::metrics::Gauge> cache_size_;
};

/// prometheus.relabel: relabel rules for series; each is given to them once.
using Relabel = RelabelComponent<Arguments, Exports, Relabeler, kSignature>;

}  // namespace components::prometheus::relabel
