#include "components/loki/process/labels/signature.h"

#include "river/schema/text.h"

namespace components::loki::process::labels {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::values>("values", schema::Need::required,
                                "Source by label; empty means the same name."),
    schema::attr<&Args::source_type>("source_type", schema::Need::optional,
                                     "Where the sources are looked up."),
};

void validate(const Args& args, schema::Scope& scope) {
  if (scope.known("source_type") && args.source_type != SourceType::extracted &&
      args.source_type != SourceType::structured_metadata)
    scope.error("source_type", "C083",
                "stage.labels reads \"extracted\" or \"structured_metadata\" only");
  if (!scope.known("values")) return;
  if (args.values.empty()) scope.error("values", "C081", "\"values\" names no label");
  for (const auto& [name, source] : args.values)
    if (!schema::is_label_name(name))
      scope.error("values", "C024", "\"{}\" is not a label name", name);
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::labels
