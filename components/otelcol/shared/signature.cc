#include "components/otelcol/shared/signature.h"

namespace components::otelcol {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kOutputFields[] = {
    schema::attr<&OutputArguments::metrics>("metrics", Need::optional, "Receivers of metrics."),
    schema::attr<&OutputArguments::logs>("logs", Need::optional, "Receivers of logs."),
    schema::attr<&OutputArguments::traces>("traces", Need::optional, "Receivers of traces."),
};

constexpr schema::Field kDebugMetricsFields[] = {
    schema::attr<&DebugMetrics::disable_high_cardinality_metrics>(
        "disable_high_cardinality_metrics", Need::optional, "Has no effect."),
    schema::attr<&DebugMetrics::level>("level", Need::optional, "Has no effect."),
};

constexpr schema::Field kConsumerFields[] = {
    schema::attr<&ConsumerExports::input>("input", Need::required, "Takes data of OTLP."),
};

constexpr schema::Field kHandlerFields[] = {
    schema::attr<&HandlerExports::handler>("handler", Need::required, "For `auth` arguments."),
};

}  // namespace

constinit const schema::BlockSchema kOutput = schema::schema_of(kOutputFields);
constinit const schema::BlockSchema kDebugMetrics = schema::schema_of(kDebugMetricsFields);
constinit const std::span<const schema::Field> kConsumerExports = kConsumerFields;
constinit const std::span<const schema::Field> kHandlerExports = kHandlerFields;

}  // namespace components::otelcol
