#include "components/loki/process/limit/signature.h"

namespace components::loki::process::limit {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::rate>("rate", schema::Need::required, "Entries a second."),
    schema::attr<&Args::burst>("burst", schema::Need::required, "Entries that may pass at once."),
    schema::attr<&Args::drop>("drop", schema::Need::optional,
                              "Drop what is too much instead of waiting."),
    schema::attr<&Args::by_label_name>("by_label_name", schema::Need::optional,
                                       "Limit each value of this label on its own."),
    schema::attr<&Args::max_distinct_labels>("max_distinct_labels", schema::Need::optional,
                                             "Values of that label to keep track of."),
};

void validate(const Args& args, schema::Scope& scope) {
  if (scope.known("rate") && !(args.rate > 0))
    scope.error("rate", "C088", "rate must be above 0, it is {}", args.rate);
  if (scope.known("burst") && args.burst <= 0)
    scope.error("burst", "C088", "burst must be above 0, it is {}", args.burst);
  if (scope.known({"by_label_name", "drop"}) && !args.by_label_name.empty() && !args.drop)
    scope.error("by_label_name", "C083", "\"by_label_name\" needs drop = true");
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::limit
