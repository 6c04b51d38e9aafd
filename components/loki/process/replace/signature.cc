#include "components/loki/process/replace/signature.h"

#include <re2/re2.h>

#include "components/loki/process/template_/template_signature.h"

namespace components::loki::process::replace {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::expression>("expression", schema::Need::required,
                                    "Regex; the text of its groups is replaced."),
    schema::attr<&Args::source>("source", schema::Need::optional,
                                "Extracted value to change instead of the line."),
    schema::attr<&Args::replace>("replace", schema::Need::optional, "Template of the new text."),
};

void validate(const Args& args, schema::Scope& scope) {
  if (scope.known("expression") && args.expression.compiled &&
      args.expression.compiled->NumberOfCapturingGroups() == 0)
    scope.warning("expression", "C082", "the regex has no group, so it replaces nothing")
        .with_help("put parentheses around the text to replace");
  if (!scope.known("replace")) return;
  if (const auto parsed = template_::parse(args.replace); !parsed)
    scope.error("replace", "C085", "bad template: {}", parsed.error().message);
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::replace
