#include "components/loki/process/eventlogmessage/signature.h"

namespace components::loki::process::eventlogmessage {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {schema::squash<&Args::event>(kEvent)};

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of(kFields);

}  // namespace components::loki::process::eventlogmessage
