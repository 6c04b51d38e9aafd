#include "components/otelcol/auth_headers/signature.h"

#include "components/shared/sink/signature.h"
#include "river/schema/decode.h"

namespace components::otelcol::auth_headers {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kHeaderFields[] = {
    schema::attr<&HeaderArguments::key>("key", Need::required, "Name of the header."),
    schema::attr<&HeaderArguments::value>("value", Need::optional, "Its value."),
    schema::attr<&HeaderArguments::from_context>("from_context", Need::optional,
                                                 "Not supported yet."),
    schema::attr<&HeaderArguments::from_attribute>("from_attribute", Need::optional,
                                                   "Not supported yet."),
    schema::attr<&HeaderArguments::action>("action", Need::optional,
                                           "insert, update, upsert or delete."),
};

void validate_header(const HeaderArguments& header, schema::Scope& scope) {
  for (const std::string_view name : {"from_context", "from_attribute"})
    if (scope.given(name))
      scope.error(name, "C091", "\"{}\" is not supported yet", name)
          .with_help("requests of several senders go together: set a value");
  if (scope.known("key") && (header.key.empty() || sink::has_line_break(header.key)))
    scope.error("key", "C063", "\"{}\" is not the name of a header", header.key);
  if (scope.known("value") && sink::has_line_break(header.value.text.reveal()))
    scope.error("value", "C063", "the value of header \"{}\" holds a line break", header.key);
}
constexpr schema::BlockSchema kHeader =
    schema::schema_of<HeaderArguments, validate_header>(kHeaderFields);

constexpr schema::Field kFields[] = {
    schema::block<&Arguments::header>("header", Need::optional, "A header to set.", kHeader),
    schema::block<&Arguments::debug_metrics>("debug_metrics", Need::optional,
                                             "For Grafana Alloy; has no effect.", kDebugMetrics),
};

}  // namespace

const schema::Signature kSignature{
    .name = "otelcol.auth.headers",
    .doc = "Headers for the requests of otelcol components.",
    .arguments = schema::schema_of(kFields),
    .exports = kHandlerExports,
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::otelcol::auth_headers
