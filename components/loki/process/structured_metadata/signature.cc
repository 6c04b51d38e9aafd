#include "components/loki/process/structured_metadata/signature.h"

namespace components::loki::process::structured_metadata {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::values>("values", schema::Need::optional,
                                "Source by name; empty means the same name."),
    schema::attr<&Args::regex>("regex", schema::Need::optional,
                               "Also moves what has a matching name."),
};

void validate(const Args&, schema::Scope& scope) {
  if (!scope.given("values") && !scope.given("regex"))
    scope.error("", "C079", "stage.structured_metadata needs \"values\" or \"regex\"");
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::structured_metadata
