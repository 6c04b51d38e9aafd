#pragma once
#include <map>
#include <string>
#include <vector>

#include "components/shared/capsules.h"
#include "river/schema/field.h"

/// prometheus.enrich adds labels of discovered targets to samples.
namespace components::prometheus::enrich {

struct Arguments {
  river::schema::Targets targets;
  std::map<std::string, std::string> target_to_metric_match;
  std::string target_match_label;
  std::string metrics_match_label;
  std::vector<std::string> labels_to_copy;
  std::vector<MetricsReceiver> forward_to;

  /// Labels of targets, and those of samples that must have the same values.
  std::map<std::string, std::string> matches() const;
};

struct Exports {
  MetricsReceiver receiver;
};

extern const river::schema::Signature kSignature;

}  // namespace components::prometheus::enrich
