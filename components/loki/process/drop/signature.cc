#include "components/loki/process/drop/signature.h"

#include "components/shared/exclusive.h"

namespace components::loki::process::drop {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::drop_counter_reason>("drop_counter_reason", schema::Need::optional,
                                             "Reason on the drop counter."),
    schema::attr<&Args::source>("source", schema::Need::optional,
                                "Extracted values to test, separated by commas; else the line."),
    schema::attr<&Args::value>("value", schema::Need::optional, "Text that the source must equal."),
    schema::attr<&Args::separator>("separator", schema::Need::optional,
                                   "What joins the values of several sources."),
    schema::attr<&Args::expression>("expression", schema::Need::optional,
                                    "Regex that the source or the line must match anywhere."),
    schema::attr<&Args::older_than>("older_than", schema::Need::optional,
                                    "Age that the timestamp must exceed."),
    schema::attr<&Args::longer_than>("longer_than", schema::Need::optional,
                                     "Length that the line must exceed."),
};

void validate(const Args&, schema::Scope& scope) {
  at_most_one(scope, {"value", "expression"});
  if (scope.given("value") && !scope.given("source"))
    scope.error("value", "C083", "\"value\" needs \"source\"");
  const bool nothing = !scope.given("source") && !scope.given("expression") &&
                       !scope.given("older_than") && !scope.given("longer_than");
  if (nothing) scope.error("", "C083", "stage.drop needs a condition");
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::drop
