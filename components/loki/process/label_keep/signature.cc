#include "components/loki/process/label_keep/signature.h"

namespace components::loki::process::label_keep {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::values>("values", schema::Need::required, "Names of the labels."),
};

void validate(const Args& args, schema::Scope& scope) {
  if (scope.known("values") && args.values.empty())
    scope.error("values", "C081", "\"values\" names no label");
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::label_keep
