#include "components/loki/process/windowsevent/signature.h"

namespace components::loki::process::windowsevent {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::source>("source", schema::Need::optional, "Extracted value to parse."),
    schema::attr<&Args::drop_invalid_labels>(
        "drop_invalid_labels", schema::Need::optional,
        "Drop names that are no label names instead of changing them."),
    schema::attr<&Args::overwrite_existing>("overwrite_existing", schema::Need::optional,
                                            "Replace extracted values of the same name."),
};

void validate(const Args&, schema::Scope& scope) {
  scope.warning("", "C090", "stage.windowsevent is accepted but has no effect yet");
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::windowsevent
