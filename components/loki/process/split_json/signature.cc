#include "components/loki/process/split_json/signature.h"

namespace components::loki::process::split_json {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::source>("source", schema::Need::optional,
                                "Extracted value to read instead of the line."),
};

void validate(const Args&, schema::Scope& scope) {
  scope.warning("", "C090", "stage.split_json is accepted but has no effect yet");
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::split_json
