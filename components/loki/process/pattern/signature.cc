#include "components/loki/process/pattern/signature.h"

#include "components/loki/process/pattern/pattern_signature.h"

namespace components::loki::process::pattern {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::pattern>("pattern", schema::Need::required, "The pattern."),
    schema::attr<&Args::source>("source", schema::Need::optional,
                                "Extracted value to read instead of the line."),
    schema::attr<&Args::labels_from_groups>("labels_from_groups", schema::Need::optional,
                                            "Also set a label for each capture."),
};

void validate(const Args& args, schema::Scope& scope) {
  if (!scope.known("pattern")) return;
  if (const auto parsed = Pattern::parse(args.pattern); !parsed)
    scope.error("pattern", "C092", "bad pattern: {}", parsed.error().message);
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::pattern
