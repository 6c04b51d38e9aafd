#include "components/loki/process/docker/signature.h"

namespace components::loki::process::docker {

namespace schema = river::schema;

constexpr schema::BlockSchema kSchema = schema::schema_of({});

}  // namespace components::loki::process::docker
