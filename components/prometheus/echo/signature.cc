#include "components/prometheus/echo/signature.h"

namespace components::prometheus::echo {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::format>("format", Need::optional,
                                     "For Grafana Alloy: text or openmetrics, as samples alone."),
};

constexpr schema::Field kExports[] = {
    schema::attr<&Exports::receiver>("receiver", Need::required, "Takes samples to show."),
};

}  // namespace

constexpr schema::Signature kSignature{
    .name = "prometheus.echo",
    .doc = "Writes samples to the agent's own log, for trying out a pipeline.",
    .arguments = schema::schema_of(kFields),
    .exports = kExports,
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::prometheus::echo
