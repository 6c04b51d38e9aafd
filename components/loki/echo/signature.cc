#include "components/loki/echo/signature.h"

#include "components/shared/streams.h"

namespace components::loki::echo {

namespace schema = river::schema;

namespace {

constexpr schema::Field kExports[] = {
    schema::attr<&Exports::receiver>("receiver", schema::Need::required, "Takes entries to show."),
};

std::any streams(const Arguments&) {
  return Streams{.receives = true};
}

}  // namespace

constexpr schema::Signature kSignature{
    .name = "loki.echo",
    .doc = "Writes log entries to the agent's own log, for trying out a pipeline.",
    .arguments = schema::schema_of({}),
    .exports = kExports,
    .make_arguments = schema::make_arguments<Arguments>,
    .streams = schema::hook<Arguments, streams>,
};

}  // namespace components::loki::echo
