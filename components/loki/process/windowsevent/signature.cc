#include "components/loki/process/windowsevent/signature.h"

namespace components::loki::process::windowsevent {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {schema::squash<&Args::event>(kEvent)};

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of(kFields);

}  // namespace components::loki::process::windowsevent
