#include "components/prometheus/exporter_self/signature.h"

namespace components::prometheus::exporter_self {

const river::schema::Signature kSignature{
    .name = "prometheus.exporter.self",
    .doc = "Exposes the metrics of the agent itself.",
    .arguments = river::schema::schema_of({}),
    .exports = kExporterExports,
    .make_arguments = river::schema::make_arguments<Arguments>,
};

}  // namespace components::prometheus::exporter_self
