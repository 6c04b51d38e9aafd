#include "components/loki/process/decolorize/signature.h"

namespace components::loki::process::decolorize {

namespace schema = river::schema;

constexpr schema::BlockSchema kSchema = schema::schema_of({});

}  // namespace components::loki::process::decolorize
