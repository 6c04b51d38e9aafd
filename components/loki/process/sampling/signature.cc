#include "components/loki/process/sampling/signature.h"

namespace components::loki::process::sampling {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::drop_counter_reason>("drop_counter_reason", schema::Need::optional,
                                             "Reason on the drop counter."),
    schema::attr<&Args::rate>("rate", schema::Need::required, "Part that is kept, 0 to 1."),
};

void validate(const Args& args, schema::Scope& scope) {
  if (scope.known("rate") && !(args.rate >= 0 && args.rate <= 1))
    scope.error("rate", "C088", "rate must be between 0 and 1, it is {}", args.rate);
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::sampling
