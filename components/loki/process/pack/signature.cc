#include "components/loki/process/pack/signature.h"

namespace components::loki::process::pack {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::labels>("labels", schema::Need::required, "Names to pack."),
    schema::attr<&Args::ingest_timestamp>("ingest_timestamp", schema::Need::optional,
                                          "Set the timestamp to now."),
};

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of(kFields);

}  // namespace components::loki::process::pack
