#include "components/loki/process/cri/signature.h"

namespace components::loki::process::cri {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::max_partial_lines>(
        "max_partial_lines", schema::Need::optional,
        "Label sets with a partial line pending before all are sent on."),
    schema::attr<&Args::max_partial_line_size>("max_partial_line_size", schema::Need::optional,
                                               "Longest partial line in bytes; 0 is no limit."),
    schema::attr<&Args::max_partial_line_size_truncate>("max_partial_line_size_truncate",
                                                        schema::Need::optional,
                                                        "Cut partial lines at that size."),
};

void validate(const Args& args, schema::Scope& scope) {
  if (scope.known("max_partial_lines") && args.max_partial_lines <= 0)
    scope.error("max_partial_lines", "C088", "max_partial_lines must be above 0, it is {}",
                args.max_partial_lines);
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::cri
