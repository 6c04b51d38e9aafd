#include "components/loki/process/template_/signature.h"

#include "components/loki/process/template_/template_signature.h"

namespace components::loki::process::template_ {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::source>("source", schema::Need::required, "Extracted value to set."),
    schema::attr<&Args::template_>("template", schema::Need::required, "The template."),
};

void validate(const Args& args, schema::Scope& scope) {
  if (!scope.known("template")) return;
  if (const auto parsed = parse(args.template_); !parsed)
    scope.error("template", "C085", "bad template: {}", parsed.error().message);
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::template_
