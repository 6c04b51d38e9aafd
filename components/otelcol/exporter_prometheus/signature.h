#pragma once
#include <vector>

#include "components/otelcol/shared/signature.h"

/// otelcol.exporter.prometheus makes samples of metrics, for prometheus components.
namespace components::otelcol::exporter_prometheus {

struct Arguments {
  bool include_target_info = true;
  bool include_scope_info = false;
  bool include_scope_labels = true;
  river::schema::Duration gc_frequency = std::chrono::minutes(5);
  std::vector<MetricsReceiver> forward_to;
  bool add_metric_suffixes = true;
  bool resource_to_telemetry_conversion = false;
  bool honor_metadata = false;
  bool convert_classic_histograms_to_nhcb = false;
  bool keep_identifying_resource_attributes = false;
  bool start_timestamp_zero_ingestion = false;
};

extern const river::schema::Signature kSignature;

}  // namespace components::otelcol::exporter_prometheus
