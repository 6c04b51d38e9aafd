#include "components/loki/process/tenant/signature.h"

namespace components::loki::process::tenant {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::label>("label", schema::Need::optional, "Label to take it from."),
    schema::attr<&Args::source>("source", schema::Need::optional,
                                "Extracted value to take it from."),
    schema::attr<&Args::value>("value", schema::Need::optional, "The tenant itself."),
};

void validate(const Args&, schema::Scope& scope) {
  const int given = scope.given("label") + scope.given("source") + scope.given("value");
  if (given != 1)
    scope.error("", "C087", "stage.tenant needs exactly one of \"label\", \"source\", \"value\"");
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::tenant
