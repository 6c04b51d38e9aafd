#include "components/loki/process/regex/signature.h"

#include <re2/re2.h>

namespace components::loki::process::regex {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::expression>("expression", schema::Need::required,
                                    "Regex with named groups; its first match counts."),
    schema::attr<&Args::source>("source", schema::Need::optional,
                                "Extracted value to read instead of the line."),
    schema::attr<&Args::labels_from_groups>("labels_from_groups", schema::Need::optional,
                                            "Also set a label for each named group."),
};

void validate(const Args& args, schema::Scope& scope) {
  if (!scope.known("expression") || !args.expression.compiled) return;
  if (args.expression.compiled->NamedCapturingGroups().empty())
    scope.warning("expression", "C082", "the regex has no named group, so it extracts nothing")
        .with_help("name a group: (?P<level>[A-Z]+)");
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::regex
