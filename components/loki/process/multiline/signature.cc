#include "components/loki/process/multiline/signature.h"

namespace components::loki::process::multiline {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::firstline>("firstline", schema::Need::required,
                                   "Regex that the first line of a block matches."),
    schema::attr<&Args::max_lines>("max_lines", schema::Need::optional,
                                   "Lines of a block before it is sent on."),
    schema::attr<&Args::max_wait_time>("max_wait_time", schema::Need::optional,
                                       "How long a block waits for its next line."),
    schema::attr<&Args::trim_newlines>("trim_newlines", schema::Need::optional,
                                       "Remove CR and LF at the end of lines."),
};

void validate(const Args& args, schema::Scope& scope) {
  if (scope.known("max_wait_time") && args.max_wait_time.value.count() <= 0)
    scope.error("max_wait_time", "C088", "max_wait_time must be above 0");
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::multiline
