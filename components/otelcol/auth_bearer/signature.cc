#include "components/otelcol/auth_bearer/signature.h"

#include "river/schema/decode.h"

namespace components::otelcol::auth_bearer {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::scheme>("scheme", Need::optional, "Text before the token."),
    schema::attr<&Arguments::token>("token", Need::required, "The token."),
    schema::attr<&Arguments::header>("header", Need::optional, "The header that has it."),
    schema::block<&Arguments::debug_metrics>("debug_metrics", Need::optional,
                                             "For Grafana Alloy; has no effect.", kDebugMetrics),
};

}  // namespace

const schema::Signature kSignature{
    .name = "otelcol.auth.bearer",
    .doc = "A token for otelcol components.",
    .arguments = schema::schema_of(kFields),
    .exports = kHandlerExports,
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::otelcol::auth_bearer
