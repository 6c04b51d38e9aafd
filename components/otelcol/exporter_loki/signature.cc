#include "components/otelcol/exporter_loki/signature.h"

namespace components::otelcol::exporter_loki {
namespace {

namespace schema = river::schema;

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::forward_to>("forward_to", schema::Need::required,
                                         "Receivers of the lines."),
};

}  // namespace

const schema::Signature kSignature{
    .name = "otelcol.exporter.loki",
    .doc = "Converts log records to log lines for loki components.",
    .arguments = schema::schema_of(kFields),
    .exports = kConsumerExports,
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::otelcol::exporter_loki
