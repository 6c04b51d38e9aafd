#include "components/config_blocks/logging/signature.h"

namespace components::config_blocks::logging {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::level>("level", Need::optional, "The least severe lines to write."),
    schema::attr<&Arguments::format>("format", Need::optional, "How a line is written."),
    schema::attr<&Arguments::destination>("destination", Need::optional, "Where lines go."),
    schema::attr<&Arguments::write_to>("write_to", Need::optional,
                                       "Receivers that also get each line."),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  if (arguments.destination == Destination::windows_event_log)
    scope.error("destination", "C049", "there is no Windows event log on Linux");
}

}  // namespace

constexpr schema::Signature kSignature{
    .name = "logging",
    .doc = "How the agent itself logs.",
    .takes_label = false,
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::config_blocks::logging
