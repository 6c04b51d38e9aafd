#include "components/loki/process/output/signature.h"

namespace components::loki::process::output {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::source>("source", schema::Need::required, "Extracted value to take."),
};

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of(kFields);

}  // namespace components::loki::process::output
