#include "components/loki/process/structured_metadata_drop/signature.h"

namespace components::loki::process::structured_metadata_drop {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::values>("values", schema::Need::required, "Names to remove."),
};

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of(kFields);

}  // namespace components::loki::process::structured_metadata_drop
