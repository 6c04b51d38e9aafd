#include "components/loki/echo/signature.h"

namespace components::loki::echo {

namespace schema = river::schema;

namespace {

constexpr schema::Field kExports[] = {
    schema::attr<&Exports::receiver>("receiver", schema::Need::required, "Takes entries to show."),
};

}  // namespace

constexpr schema::Signature kSignature{
    .name = "loki.echo",
    .doc = "Writes log entries to the agent's own log, for trying out a pipeline.",
    .arguments = schema::schema_of({}),
    .exports = kExports,
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::loki::echo
