#pragma once
#include <string>
#include <vector>

#include "components/otelcol/shared/signature.h"

/// otelcol.processor.resourcedetection says of data on which host it was collected.
namespace components::otelcol::processor_resourcedetection {

/// Whether an attribute is added; its block has its name.
struct Toggle {
  bool enabled = false;
};

struct SystemAttributes {
  Toggle host_name{.enabled = true};
  Toggle os_type{.enabled = true};
  Toggle host_id;
  Toggle host_arch;
  Toggle os_name;
  Toggle os_version;
  Toggle os_description;
};

struct System {
  std::vector<std::string> hostname_sources = {"dns", "os"};
  SystemAttributes resource_attributes;
};

struct Arguments {
  std::vector<std::string> detectors = {"env"};
  bool override = true;
  bool fail_on_missing_metadata = false;
  river::schema::Duration timeout = std::chrono::seconds(5);
  System system;
  OutputArguments output;
  DebugMetrics debug_metrics;
};

extern const river::schema::Signature kSignature;

}  // namespace components::otelcol::processor_resourcedetection
