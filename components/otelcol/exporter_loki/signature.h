#pragma once
#include <vector>

#include "components/otelcol/shared/signature.h"

/// otelcol.exporter.loki makes log lines of log records, for loki components.
namespace components::otelcol::exporter_loki {

struct Arguments {
  std::vector<LogsReceiver> forward_to;
};

extern const river::schema::Signature kSignature;

}  // namespace components::otelcol::exporter_loki
