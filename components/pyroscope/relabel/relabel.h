#pragma once
#include <memory>

#include "components/pyroscope/relabel/signature.h"
#include "components/pyroscope/shared/rewriter.h"
#include "components/shared/relabel.h"

namespace components::pyroscope::relabel {

/// A Rewriter with the series that Grafana Alloy has for this component.
class Relabeler final : public Rewriter {
 public:
  explicit Relabeler(const base::metrics::Scope& metrics);

  /// From now on; forgets results.
  void set_rules(std::shared_ptr<const RelabelRules> rules, size_t cache_entries_max);

 private:
  void count(const Outcome& outcome) override;

  std::shared_ptr<base::metrics::Counter> processed_, written_, dropped_, hits_, misses_;
  std::shared_ptr<base::metrics::Gauge> size_;
};

/// pyroscope.relabel: relabel rules for profiles.
using Relabel = RelabelComponent<Arguments, Exports, Relabeler, kSignature>;

}  // namespace components::pyroscope::relabel
