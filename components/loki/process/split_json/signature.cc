#include "components/loki/process/split_json/signature.h"

namespace components::loki::process::split_json {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::source>("source", schema::Need::optional,
                                "Extracted value to read instead of the line."),
};

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of(kFields);

}  // namespace components::loki::process::split_json
