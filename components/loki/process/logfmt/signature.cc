#include "components/loki/process/logfmt/signature.h"

namespace components::loki::process::logfmt {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::mapping>("mapping", schema::Need::optional,
                                 "Key by name of the extracted value; empty means the same name."),
    schema::attr<&Args::source>("source", schema::Need::optional,
                                "Extracted value to read instead of the line."),
    schema::attr<&Args::regex>("regex", schema::Need::optional,
                               "Also extracts the keys that match."),
};

void validate(const Args&, schema::Scope& scope) {
  if (!scope.given("mapping") && !scope.given("regex"))
    scope.error("", "C079", "stage.logfmt needs \"mapping\" or \"regex\"");
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::logfmt
