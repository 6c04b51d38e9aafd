#include "components/loki/process/static_labels/signature.h"

#include "river/schema/text.h"

namespace components::loki::process::static_labels {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::values>("values", schema::Need::required,
                                "Value by label; empty ones are ignored."),
};

void validate(const Args& args, schema::Scope& scope) {
  if (!scope.known("values")) return;
  if (args.values.empty()) scope.error("values", "C081", "\"values\" names no label");
  for (const auto& [name, value] : args.values)
    if (!schema::is_label_name(name))
      scope.error("values", "C024", "\"{}\" is not a label name", name);
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::static_labels
