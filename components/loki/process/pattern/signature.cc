#include "components/loki/process/pattern/signature.h"

namespace components::loki::process::pattern {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::pattern>("pattern", schema::Need::required, "The pattern."),
    schema::attr<&Args::source>("source", schema::Need::optional,
                                "Extracted value to read instead of the line."),
    schema::attr<&Args::labels_from_groups>("labels_from_groups", schema::Need::optional,
                                            "Also set a label for each capture."),
};

void validate(const Args&, schema::Scope& scope) {
  scope.warning("", "C090", "stage.pattern is accepted but has no effect yet");
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::pattern
