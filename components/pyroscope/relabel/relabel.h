#pragma once
#include <memory>

#include "components/component.h"
#include "components/pyroscope/relabel/signature.h"
#include "components/pyroscope/shared/rewriter.h"

namespace components::pyroscope::relabel {

/// A Rewriter with the series that Grafana Alloy has for this component.
class Relabeler final : public Rewriter {
 public:
  explicit Relabeler(const base::metrics::Scope& metrics);

 private:
  void count(const Outcome& outcome) override;

  std::shared_ptr<base::metrics::Counter> processed_, written_, dropped_, hits_, misses_;
  std::shared_ptr<base::metrics::Gauge> size_;
};

/// pyroscope.relabel: a holder of rules, with a receiver that applies them.
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

}  // namespace components::pyroscope::relabel
