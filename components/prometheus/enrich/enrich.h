#pragma once
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "components/component.h"
#include "components/prometheus/enrich/signature.h"
#include "components/prometheus/shared/rewriter.h"
#include "telemetry/labels.h"

namespace components::prometheus::enrich {

/// Finds the target of a series, by the values of the labels that match. Immutable.
class TargetIndex {
 public:
  /// Of targets with equal values the last one counts; one that lacks a label of `matches` is left
  /// out.
  explicit TargetIndex(const Arguments& arguments);

  /// Sets the labels of the series' target, in place of those it has. Without one they stay.
  void enrich(telemetry::LabelsBuilder& labels) const;

 private:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  std::vector<std::string> metric_labels_;
  std::unordered_map<std::string, Labels> by_values_;
};

/// prometheus.enrich: adds labels once per series, not with every sample.
class Enrich final : public ComponentOf<Arguments> {
 public:
  Enrich(Context context, const Arguments& arguments);

  base::Result<void> start() override { return {}; }
  void stop() override { rewriter_->close(); }

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  Context context_;
  std::shared_ptr<Rewriter> rewriter_;
};

}  // namespace components::prometheus::enrich
