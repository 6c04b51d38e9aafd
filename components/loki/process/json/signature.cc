#include "components/loki/process/json/signature.h"

#include "components/loki/process/json/path_signature.h"

namespace components::loki::process::json {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::expressions>(
        "expressions", schema::Need::optional,
        "Expression by name of the extracted value; empty means the name."),
    schema::attr<&Args::regex>("regex", schema::Need::optional,
                               "Also extracts the top-level keys that match."),
    schema::attr<&Args::source>("source", schema::Need::optional,
                                "Extracted value to read instead of the line."),
    schema::attr<&Args::drop_malformed>("drop_malformed", schema::Need::optional,
                                        "Drop entries that are not a JSON object."),
};

void validate(const Args& args, schema::Scope& scope) {
  if (!scope.given("expressions") && !scope.given("regex"))
    scope.error("", "C079", "stage.json needs \"expressions\" or \"regex\"");
  if (!scope.known("expressions")) return;
  for (const auto& [name, expression] : args.expressions)
    if (const auto path = parse_path(expression.empty() ? name : expression); !path)
      scope.error("expressions", "C080", "expression of \"{}\": {}", name, path.error().message);
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::json
